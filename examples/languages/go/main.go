// Who may connect to the ledger service: one decision, and rules for everybody else.
package main

import (
	"example.com/pulumi-connections/sdk/go/connections"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const ledger = "vpce-svc-0123456789abcdef0"

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	// One request, decided by name. Another requester than the expected one fails the preview, and nothing is sent.
	analytics, err := connections.NewConnectionDecision(ctx, "analytics", &connections.ConnectionDecisionArgs{
		Connection: connections.ConnectionArgs{
			Kind:       connections.ConnectionKindAwsVpcEndpoint,
			ServiceId:  pulumi.String(ledger),
			EndpointId: pulumi.String("vpce-0a1b2c3d4e5f60718"),
		},
		Decision:          connections.DecisionAccept,
		ExpectedRequester: pulumi.ToStringArray([]string{"111122223333"}),
		Reason:            pulumi.String("CHG-2041 analytics reads the ledger API"),
	})
	if err != nil {
		return err
	}

	// All the others, by rules. What no rule matches waits for people.
	everybody, err := connections.NewConnectionAdmission(ctx, "ledger", &connections.ConnectionAdmissionArgs{
		Scope: connections.ConnectionScopeArgs{
			Kind:      connections.ConnectionKindAwsVpcEndpoint,
			ServiceId: pulumi.String(ledger),
		},
		Rules: connections.AdmissionRuleArray{
			connections.AdmissionRuleArgs{
				Name:      pulumi.String("blocked"),
				Requester: pulumi.ToStringArray([]string{"999988887777"}),
				Verdict:   connections.VerdictReject,
			},
			connections.AdmissionRuleArgs{
				Name:      pulumi.String("partners"),
				Requester: pulumi.ToStringArray([]string{"444455556666"}),
				Verdict:   connections.VerdictAccept,
			},
		},
		Except: pulumi.StringArray{analytics.ConnectionId},
	})
	if err != nil {
		return err
	}

	ctx.Export("status", analytics.Status)
	ctx.Export("requester", analytics.Requester)
	ctx.Export("open", everybody.Verdicts)
	return nil
}
