import * as grpc from "@grpc/grpc-js";
import * as providerProto from "@pulumi/pulumi/proto/provider_pb";
import * as statusProto from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isRecord } from "../decision/fields";
import { toWire, type Wire } from "../engine/wire";
import { Recorded } from "./resource";

/** What the engine sent, as plain JSON. Null is what a program leaves out; the engine sends it for values that became undefined. */
export function fromStruct(struct: Struct | undefined): Wire {
    return withoutNulls(struct?.toJavaScript() ?? {}) as Wire;
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

function withoutNulls(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withoutNulls);
    }
    return isRecord(value)
        ? Object.fromEntries(
              Object.entries(value)
                  .filter(([, inner]) => inner !== null)
                  .map(([key, inner]) => [key, withoutNulls(inner)]),
          )
        : value;
}
