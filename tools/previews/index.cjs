// What test/fixtures/previews is recorded from; `SCENE` chooses, and `HOST` says who decides. Run by record.mjs.
const pulumi = require("@pulumi/pulumi");
const { ConnectionAdmission, ConnectionDecision } = require(
    process.env.HOST === "plugin" ? "pulumi-connection-decision/plugin" : "pulumi-connection-decision",
);

const scene = process.env.SCENE;
const changed = scene === "changed";
const at = (n) => ({
    kind: "aws:vpcEndpoint",
    serviceId: "vpce-svc-0123456789abcdef0",
    endpointId: `vpce-${String(n).padStart(17, "0")}`,
});

/** Its id is not known before `up`. */
class Later extends pulumi.dynamic.Resource {
    constructor(name) {
        super({ create: async () => ({ id: "vpce-00000000000000004" }) }, name, {});
    }
}

new ConnectionDecision("analytics", {
    connection: at(1),
    decision: "accept",
    expectedRequester: scene === "refused" ? "000000000000" : "111122223333",
    until: "2030-01-01",
    reason: changed ? "CHG-2042 only the reason is another" : "CHG-2041 analytics reads | the `ledger` @team",
});
if (scene !== "refused") {
    const partner = { decision: "reject", reason: pulumi.secret("nobody may know why") };
    new ConnectionDecision("partner", { connection: at(3), ...partner, onDrift: "hold" });
    new ConnectionDecision("stranger", { connection: at(changed ? 4 : 2), decision: "accept", onDelete: "reject" });
    const renamed = { connection: at(6), decision: "accept", expectedRequester: "555566667777", onDelete: "reject" };
    new ConnectionDecision(changed ? "new-name" : "old-name", renamed);
    if (!changed) {
        new ConnectionAdmission("archive", {
            scope: { kind: "aws:vpcEndpoint", serviceId: "vpce-svc-00000000000000aaa" },
            rules: [
                { name: "blocked", requester: "999988887777", verdict: "reject" },
                { name: "analytics", requester: "111122223333", verdict: "accept" },
            ],
            onDelete: "reject",
        });
        new ConnectionDecision("leaving", { connection: at(5), decision: "accept", onDelete: "reject" });
        new ConnectionDecision("search", {
            connection: { kind: "aws:openSearchInbound", connectionId: "a1b2c3d4e5f6" },
            decision: "reject",
            allowRemoval: true,
        });
        new ConnectionDecision("later", {
            connection: { ...at(4), endpointId: new Later("endpoint").id },
            decision: "reject",
        });
    }
    new ConnectionDecision("hangzhou", {
        connection: { kind: "alibaba:vpcPeering", instanceId: "pcc-guzvyqlj0n6e10" },
        decision: "accept",
        expectedEvidence: { cidrs: ["10.0.0.0/8"] },
    });
    new ConnectionAdmission("audit", {
        scope: { kind: "aws:vpcEndpoint", serviceId: "vpce-svc-0fedcba9876543210" },
        rules: [
            { name: "blocked", requester: "999988887777", verdict: "reject" },
            { name: "analytics", requester: "111122223333", verdict: "accept", until: "2030-01-01" },
            { name: "dublin", evidence: { endpointRegion: "eu-west-1" }, verdict: changed ? "review" : "accept" },
        ],
        existing: "enforce",
    });
}
