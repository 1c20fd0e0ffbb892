#!/usr/bin/env node
/**
 * A language host for development machines on which Pulumi's own cannot be installed: what `pulumi up` needs to run a
 * Node.js program, and nothing else. Users have the official one, which comes with the CLI.
 *
 * The CLI starts it in the project's folder; it uses the project's own @pulumi/pulumi and spawns what the official host spawns.
 */
const { spawn } = require("node:child_process");
const { createRequire } = require("node:module");
const path = require("node:path");

const project = createRequire(path.join(process.cwd(), "index.js"));
const grpc = createRequire(project.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
const { LanguageRuntimeService } = project("@pulumi/pulumi/proto/language_grpc_pb");
const messages = project("@pulumi/pulumi/proto/language_pb");
const { PluginInfo } = project("@pulumi/pulumi/proto/plugin_pb");

/** The engine's address is the last argument. */
const engine = process.argv.at(-1);
/** The program failed and has said so itself. */
const BAIL = 32;

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
    getPluginInfo: (_call, done) => done(null, Object.assign(new PluginInfo(), {})),
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
    const entry = info?.getEntryPoint() || request.getProgram() || ".";
    const args = [
        project.resolve("@pulumi/pulumi/cmd/run"),
        ...["--monitor", request.getMonitorAddress(), "--engine", engine, "--project", request.getProject()],
        ...["--stack", request.getStack(), "--organization", request.getOrganization(), "--pwd", folder],
        ...["--parallel", String(request.getParallel())],
        ...(request.getDryrun() ? ["--dry-run"] : []),
        entry,
        ...request.getArgsList(),
    ];
    const child = spawn(process.execPath, args, {
        cwd: folder,
        stdio: ["ignore", "inherit", "inherit"],
        env: {
            PULUMI_NODEJS_TYPESCRIPT: String(info?.getOptions()?.toJavaScript().typescript ?? true),
            ...process.env,
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
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
