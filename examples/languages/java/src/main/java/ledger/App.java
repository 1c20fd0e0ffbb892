package ledger;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import java.util.List;
import java.util.Map;

/** Who may connect to the ledger service: one decision, and rules for everybody else. */
public class App {
    private static final String LEDGER = "vpce-svc-0123456789abcdef0";

    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    static void stack(Context context) {
        // One request, decided by name. Another requester than the expected one fails the preview, and nothing is sent.
        var decision = new ConnectionDecision.Args();
        decision.connection = Output.of(Map.of(
                "kind", "aws:vpcEndpoint",
                "serviceId", LEDGER,
                "endpointId", "vpce-0a1b2c3d4e5f60718"));
        decision.decision = Output.of("accept");
        decision.expectedRequester = Output.of(List.of("111122223333"));
        decision.reason = Output.of("CHG-2041 analytics reads the ledger API");
        var analytics = new ConnectionDecision("analytics", decision);

        // All the others, by rules. What no rule matches waits for people.
        var admission = new ConnectionAdmission.Args();
        admission.scope = Output.of(Map.of("kind", "aws:vpcEndpoint", "serviceId", LEDGER));
        admission.rules = Output.of(List.of(
                Map.of("name", "blocked", "requester", List.of("999988887777"), "verdict", "reject"),
                Map.of("name", "partners", "requester", List.of("444455556666"), "verdict", "accept")));
        admission.except = analytics.connectionId.applyValue(List::of);
        var ledger = new ConnectionAdmission("ledger", admission);

        context.export("status", analytics.status);
        context.export("requester", analytics.requester);
        context.export("open", ledger.verdicts);
    }
}
