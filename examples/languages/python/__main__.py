"""Who may connect to the ledger service: one decision, and rules for everybody else."""

import pulumi
import pulumi_connections as connections

LEDGER = "vpce-svc-0123456789abcdef0"

# One request, decided by name. Another requester than the expected one fails the preview, and nothing is sent.
analytics = connections.ConnectionDecision(
    "analytics",
    connection={
        "kind": connections.ConnectionKind.AWS_VPC_ENDPOINT,
        "service_id": LEDGER,
        "endpoint_id": "vpce-0a1b2c3d4e5f60718",
    },
    decision=connections.Decision.ACCEPT,
    expected_requester=["111122223333"],
    reason="CHG-2041 analytics reads the ledger API",
)

# All the others, by rules. What no rule matches waits for people.
ledger = connections.ConnectionAdmission(
    "ledger",
    scope={"kind": connections.ConnectionKind.AWS_VPC_ENDPOINT, "service_id": LEDGER},
    rules=[
        {"name": "blocked", "requester": ["999988887777"], "verdict": connections.Verdict.REJECT},
        {"name": "partners", "requester": ["444455556666"], "verdict": connections.Verdict.ACCEPT},
    ],
    except_=[analytics.connection_id],
)

pulumi.export("status", analytics.status)
pulumi.export("requester", analytics.requester)
pulumi.export("open", ledger.verdicts)
