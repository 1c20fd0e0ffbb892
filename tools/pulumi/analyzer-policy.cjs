#!/usr/bin/env node
/**
 * `pulumi-analyzer-policy` of an official installation, for development: the engine starts it in the folder of a policy pack, with its own
 * address and the pack, and it runs what the pack's own SDK brings for that.
 */
require(require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [process.cwd()] }));
