#!/usr/bin/env node
/**
 * Language hosts for Python, Go and Java on development machines on which Pulumi's own cannot be installed: what `pulumi up` needs to run a
 * program, and nothing else. Users have the official ones, which come with the CLI. Linked as `pulumi-language-python` and so on, it runs
 * what the official host of that name runs.
 */
const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

const grpc = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
const messages = require("@pulumi/pulumi/proto/language_pb");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");

const language = path.basename(process.argv[1]).replace("pulumi-language-", "");
/** The engine's address is the last argument. */
const engine = process.argv.at(-1);
/** The program failed and has said so itself. */
const BAIL = 32;

/** How a program is started: the command line, in its folder. */
const COMMANDS = {
    python: (folder, { virtualenv = "" }) => {
        const own = path.join(folder, virtualenv, "bin/python");
        return [virtualenv !== "" && existsSync(own) ? own : "python3", path.join(__dirname, "run-python.py")];
    },
    go: (_folder, { binary }) => (binary === undefined ? ["go", "run", "."] : [path.resolve(binary)]),
    java: () => ["mvn", "--quiet", "--batch-mode", "compile", "exec:java"],
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(LanguageRuntimeService, {
    ...Object.fromEntries(
        Object.keys(LanguageRuntimeService).map((name) => [
            name,
            (_call, done) =>
                done?.({
                    code: grpc.status.UNIMPLEMENTED,
                    details: `${name} is not implemented by the development language host`,
                }),
        ]),
    ),
    handshake: (_call, done) => done(null, new messages.LanguageHandshakeResponse()),
    getRequiredPlugins: (_call, done) => done(null, new messages.GetRequiredPluginsResponse()),
    getRequiredPackages: (_call, done) => done(null, new messages.GetRequiredPackagesResponse()),
    getPluginInfo: (_call, done) => done(null, new PluginInfo()),
    run: (call, done) => {
        run(call.request).then(
            (response) => done(null, response),
            (error) => done(error),
        );
    },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
        throw error;
    }
    console.log(String(port));
});

function run(request) {
    const info = request.getInfo();
    const folder = info?.getProgramDirectory() || request.getPwd();
    const [command, ...args] = COMMANDS[language](folder, info?.getOptions()?.toJavaScript() ?? {});
    const child = spawn(command, [...args, ...request.getArgsList()], {
        cwd: folder,
        stdio: ["ignore", "inherit", "inherit"],
        // What the SDKs of Go and Java read.
        env: {
            ...process.env,
            PULUMI_ORGANIZATION: request.getOrganization(),
            PULUMI_PROJECT: request.getProject(),
            PULUMI_STACK: request.getStack(),
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
            PULUMI_DRY_RUN: String(request.getDryrun()),
            PULUMI_PARALLEL: String(request.getParallel()),
            PULUMI_MONITOR: request.getMonitorAddress(),
            PULUMI_ENGINE: engine,
            PULUMI_ROOT_DIRECTORY: info?.getRootDirectory() || folder,
        },
    });
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => {
            const response = new messages.RunResponse();
            response.setBail(code === BAIL);
            response.setError(code === 0 || code === BAIL ? "" : `Program exited with non-zero exit code: ${code}`);
            resolve(response);
        });
    });
}
