import { cbor } from "@smithy/core/cbor";
import { Refusal } from "../server/message";
import type { Api } from "../server/protocol";
import { type Encoding, type RpcService, rpcOperation } from "./aws-json";

const HEADERS = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };

const CBOR: Encoding = {
    headers: HEADERS,
    read({ bytes }) {
        try {
            return bytes.length === 0 ? {} : Object(cbor.deserialize(bytes));
        } catch {
            throw new Refusal(400, "SerializationException", "the body is not CBOR");
        }
    },
    write: (content) => cbor.serialize(content),
};

/**
 * Smithy RPC v2 CBOR: the path names the operation. Newer models (botocore 1.44) prefer it to JSON 1.0 for the same services.
 * https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export function awsCbor<Part>(service: RpcService<Part>): Api {
    return (request, state) => {
        const [, target, name = ""] = /^\/service\/(\w+)\/operation\/(\w+)$/.exec(request.url.pathname) ?? [];
        const mine = target === service.target && request.headers["smithy-protocol"] === HEADERS["smithy-protocol"];
        return mine ? rpcOperation(service, name, CBOR, request, state) : undefined;
    };
}
