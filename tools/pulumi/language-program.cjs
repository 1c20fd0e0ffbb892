#!/usr/bin/env node
/**
 * Language hosts for Python, Go and Java on development machines on which Pulumi's own cannot be installed: what `pulumi up` needs to run a
 * program, and nothing else. Users have the official ones, which come with the CLI. Linked as `pulumi-language-python` and so on, it runs
 * what the official host of that name runs.
 */
const { existsSync } = require("node:fs");
const path = require("node:path");
const { engine, serve } = require("./language-host.cjs");

const language = path.basename(process.argv[1]).replace("pulumi-language-", "");

/** How a program is started: the command line, in its folder. */
const COMMANDS = {
    python: (folder, { virtualenv = "" }) => {
        const own = path.join(folder, virtualenv, "bin/python");
        return [virtualenv !== "" && existsSync(own) ? own : "python3", path.join(__dirname, "run-python.py")];
    },
    go: (_folder, { binary }) => (binary === undefined ? ["go", "run", "."] : [path.resolve(binary)]),
    java: () => ["mvn", "--quiet", "--batch-mode", "compile", "exec:java"],
};

serve(require, (request, folder) => {
    const info = request.getInfo();
    const [command, ...args] = COMMANDS[language](folder, info?.getOptions()?.toJavaScript() ?? {});
    return {
        command,
        args,
        // What the SDKs of Go and Java read.
        env: {
            ...process.env,
            PULUMI_ORGANIZATION: request.getOrganization(),
            PULUMI_PROJECT: request.getProject(),
            PULUMI_STACK: request.getStack(),
            PULUMI_DRY_RUN: String(request.getDryrun()),
            PULUMI_PARALLEL: String(request.getParallel()),
            PULUMI_MONITOR: request.getMonitorAddress(),
            PULUMI_ENGINE: engine,
            PULUMI_ROOT_DIRECTORY: info?.getRootDirectory() || folder,
        },
    };
});
