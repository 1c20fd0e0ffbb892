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
public class ConnectionAdmission extends CustomResource {
    @Export(name = "verdicts", refs = {Map.class, String.class}, tree = "[0,1,1]")
    public Output<Map<String, String>> verdicts;

    public ConnectionAdmission(String name, Args args) {
        super("connections:index:ConnectionAdmission", name, args, CustomResourceOptions.Empty);
    }

    public static class Args extends ResourceArgs {
        @Import(name = "scope", required = true)
        public Output<Map<String, String>> scope;

        @Import(name = "rules", required = true)
        public Output<List<Map<String, Object>>> rules;

        @Import(name = "except")
        public Output<List<String>> except;
    }
}
