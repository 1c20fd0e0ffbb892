import * as grpc from "@grpc/grpc-js";
import * as providerProto from "@pulumi/pulumi/proto/provider_pb";
import * as statusProto from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isRecord } from "../decision/fields";
import { toWire, type Wire } from "../engine/wire";
import { Recorded } from "./resource";

/** How the engine marks a secret, a contract of the wire. It is asked not to, and marks those of a provider's settings all the same. */
const SECRET = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"] as const;

/**
 * What the engine sent, as plain JSON. Null is what a program leaves out; the engine sends it for values that became undefined. A secret is its
 * value: the engine marks it again in what is answered.
 */
export function fromStruct(struct: Struct | undefined): Wire {
    return plain(struct?.toJavaScript() ?? {}) as Wire;
}

/** What we answer, JSON-pure. */
export function toStruct(wire: Wire): Struct {
    return Struct.fromJavaScript(toWire(wire) as Record<string, JavaScriptValue>);
}

/**
 * An error as gRPC carries it: the message is what the user reads. A partial failure also carries the resource as it stands, in the field
 * that Go's gRPC reads details from; the engine records it, and prints the reasons.
 */
export function toServiceError(error: unknown, explain: (text: string) => string): Partial<grpc.ServiceError> {
    const message = explain(error instanceof Error ? error.message : String(error));
    const metadata = new grpc.Metadata();
    if (error instanceof Recorded) {
        const detail = new providerProto.ErrorResourceInitFailed();
        detail.setId(error.id);
        detail.setProperties(toStruct(error.outputs));
        detail.setReasonsList([message]);
        const any = new Any();
        any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
        const status = new statusProto.Status();
        status.setCode(grpc.status.UNKNOWN);
        status.setMessage(message);
        status.addDetails(any);
        metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    }
    return { code: grpc.status.UNKNOWN, details: message, message, metadata };
}

function plain(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    if (!isRecord(value)) {
        return value;
    }
    return value[SECRET[0]] === SECRET[1]
        ? plain(value.value)
        : Object.fromEntries(
              Object.entries(value).flatMap(([key, inner]) => {
                  const told = plain(inner);
                  return told === null || told === undefined ? [] : [[key, told]];
              }),
          );
}
