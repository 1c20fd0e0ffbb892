/** Messages that are not evidence: shown by the CLI on the resource they belong to. */
export type Log = (level: "info" | "warning", text: string, urn: string | undefined) => void | Promise<void>;

/**
 * Logs to the engine whose address is the last argument of the provider process.
 * The client is internal to the SDK (`proto/engine_grpc_pb`); where it is not to be had, stderr serves.
 */
export function engineLog(address: string | undefined): Log {
    let send: Log | undefined;
    return (level, text, urn) => {
        send ??= connect(address) ?? toStderr;
        return send(level, text, urn);
    };
}

const toStderr: Log = (level, text) => {
    process.stderr.write(`${level}: ${text}\n`);
};

function connect(address: string | undefined): Log | undefined {
    if (address === undefined || !/^[\w.:[\]-]+:\d+$/.test(address)) {
        return undefined;
    }
    try {
        const grpc: typeof import("@grpc/grpc-js") = require("@grpc/grpc-js");
        const {
            EngineClient,
        }: typeof import("@pulumi/pulumi/proto/engine_grpc_pb") = require("@pulumi/pulumi/proto/engine_grpc_pb");
        const {
            LogRequest,
            LogSeverity,
        }: typeof import("@pulumi/pulumi/proto/engine_pb") = require("@pulumi/pulumi/proto/engine_pb");
        const client = new EngineClient(address, grpc.credentials.createInsecure());
        return (level, text, urn) => {
            const request = new LogRequest();
            request.setSeverity(level === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
            request.setMessage(text);
            request.setUrn(urn ?? "");
            return new Promise((resolve) => {
                client.log(request, (error: Error | null) => {
                    if (error) {
                        toStderr(level, text, urn);
                    }
                    resolve();
                });
            });
        };
    } catch {
        return undefined;
    }
}
