#!/usr/bin/env node
/**
 * A language host for development machines on which Pulumi's own cannot be installed: what `pulumi up` needs to run a
 * Node.js program, and nothing else. Users have the official one, which comes with the CLI.
 *
 * The CLI starts it in the project's folder; it uses the project's own @pulumi/pulumi and spawns what the official host spawns. It is one
 * file, because it is copied beside the CLI; language-program.cjs, which is not, takes from it what all hosts have in common.
 */
const { spawn } = require("node:child_process");
const { createRequire } = require("node:module");
const path = require("node:path");

/** The engine's address is the last argument. */
const engine = process.argv.at(-1);
/** The program failed and has said so itself. */
const BAIL = 32;

/**
 * Serves a language host.
 *
 * @param {NodeRequire} load the SDK's modules
 * @param {(request: object, folder: string) => { command: string, args: string[], env: object }} program how a program is started
 */
function serve(load, program) {
    const grpc = createRequire(load.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
    const { LanguageRuntimeService } = load("@pulumi/pulumi/proto/language_grpc_pb");
    const messages = load("@pulumi/pulumi/proto/language_pb");
    const { PluginInfo } = load("@pulumi/pulumi/proto/plugin_pb");
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
        run: ({ request }, done) => {
            const folder = request.getInfo()?.getProgramDirectory() || request.getPwd();
            run(request, folder, program(request, folder)).then(
                (code) => done(null, response(new messages.RunResponse(), code)),
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
}

/** The exit code of a program. */
function run(request, folder, { command, args, env }) {
    const child = spawn(command, [...args, ...request.getArgsList()], {
        cwd: folder,
        stdio: ["ignore", "inherit", "inherit"],
        env: {
            ...env,
            PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        },
    });
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
}

function response(answer, code) {
    answer.setBail(code === BAIL);
    answer.setError(code === 0 || code === BAIL ? "" : `Program exited with non-zero exit code: ${code}`);
    return answer;
}

/** What the official host of Node.js spawns. */
function nodeProgram(project) {
    return (request, folder) => {
        const info = request.getInfo();
        return {
            command: process.execPath,
            args: [
                project.resolve("@pulumi/pulumi/cmd/run"),
                ...["--monitor", request.getMonitorAddress(), "--engine", engine, "--project", request.getProject()],
                ...["--stack", request.getStack(), "--organization", request.getOrganization(), "--pwd", folder],
                ...["--parallel", String(request.getParallel())],
                ...(request.getDryrun() ? ["--dry-run"] : []),
                info?.getEntryPoint() || request.getProgram() || ".",
            ],
            env: {
                PULUMI_NODEJS_TYPESCRIPT: String(info?.getOptions()?.toJavaScript().typescript ?? true),
                ...process.env,
            },
        };
    };
}

module.exports = { engine, serve };
if (require.main === module) {
    const project = createRequire(path.join(process.cwd(), "index.js"));
    serve(project, nodeProgram(project));
}
