package ledger;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Export;
import com.pulumi.core.annotations.Import;
import com.pulumi.resources.CustomResource;
import com.pulumi.resources.CustomResourceOptions;
import com.pulumi.resources.ResourceArgs;
import java.util.List;
import java.util.Map;

/** The resource without a generated SDK: the arguments and outputs that this program uses. */
public class ConnectionDecision extends CustomResource {
    @Export(name = "status", refs = {String.class}, tree = "[0]")
    public Output<String> status;

    @Export(name = "requester", refs = {String.class}, tree = "[0]")
    public Output<String> requester;

    @Export(name = "connectionId", refs = {String.class}, tree = "[0]")
    public Output<String> connectionId;

    public ConnectionDecision(String name, Args args) {
        super("connections:index:ConnectionDecision", name, args, CustomResourceOptions.Empty);
    }

    public static class Args extends ResourceArgs {
        @Import(name = "connection", required = true)
        public Output<Map<String, String>> connection;

        @Import(name = "decision", required = true)
        public Output<String> decision;

        @Import(name = "expectedRequester")
        public Output<List<String>> expectedRequester;

        @Import(name = "reason")
        public Output<String> reason;
    }
}
