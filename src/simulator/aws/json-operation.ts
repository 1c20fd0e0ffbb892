import { notSimulated, Refusal, type Reply, type Request } from "../server/message";
import type { HandledCall, Operation } from "../server/protocol";
import type { State } from "../server/state";
import { type AwsAccount, regionOf } from "./account";
import { awsCaller, signedBy } from "./auth";

/** What the protocols with JSON bodies have in common: who calls, what he may not, which members a body may have. */

export interface JsonCall<Part> extends HandledCall {
    readonly action: string;
    /** The connection that the call names; empty where it names none. */
    readonly id: string;
    /** Empty where none is sent. */
    readonly body: Readonly<Record<string, unknown>>;
    /** The caller's account in the region that the signature names; undefined: nothing of it in this world. */
    readonly region: (AwsAccount & Part) | undefined;
    /** The region that the signature names. */
    readonly regionName: string;
}

/** One operation of a service. */
export interface JsonRoute<Part> {
    readonly action: string;
    /** Members of the body that it knows. */
    readonly members: readonly string[];
    /** The member that names the connection, where nothing else of the request does. */
    readonly idMember?: string;
    run(call: JsonCall<Part>): object;
}

/** A request, as a protocol understands it. */
export interface Understood<Part> {
    /** The prefix of the service's actions in policies, `es`. */
    readonly service: string;
    /** Undefined: there is no such operation, and what says so. */
    readonly route: JsonRoute<Part> | undefined;
    readonly unknown: Refusal;
    /** Of a connection that the request names outside of its body. */
    readonly id?: string | undefined;
    /** Read when it is needed: it may be malformed. */
    body(): Readonly<Record<string, unknown>>;
    /** HTTP status of refusals for who calls, and how often. */
    readonly statuses: { readonly denied: number; readonly throttled: number };
    reply(content: object): Reply;
    refuse(refusal: Refusal): Reply;
}

export function jsonOperation<Part>(request: Request, state: State, understood: Understood<Part>): Operation {
    const { service, route, unknown, statuses, refuse } = understood;
    const id = understood.id ?? memberOf(understood, route?.idMember);
    const signed = signedBy(request);
    const caller = signed === undefined ? undefined : awsCaller(state, request, signed);
    const action = `${service}:${route?.action ?? "Unknown"}`;
    const denied = (code: string, message: string) => new Refusal(statuses.denied, code, message);
    return {
        cloud: "aws",
        action,
        ids: id === "" ? [] : [id],
        throttleKey: `${caller?.account} ${signed?.region}`,
        throttled: new Refusal(statuses.throttled, "ThrottlingException", "Rate exceeded"),
        skewed: denied("InvalidSignatureException", "Signature not yet current."),
        expired: denied("ExpiredTokenException", "The security token included in the request is expired"),
        refuse,
        run(hooks) {
            if (signed === undefined) {
                throw denied("MissingAuthenticationTokenException", "Missing Authentication Token");
            }
            if (caller === undefined) {
                throw denied("UnrecognizedClientException", "The security token included in the request is invalid.");
            }
            if (route === undefined) {
                throw unknown;
            }
            if (caller.denied.includes(action)) {
                throw denied("AccessDeniedException", `User is not authorized to perform: ${action}`);
            }
            const body = understood.body();
            // A member that the simulator would ignore might change what the real cloud does.
            const strange = Object.keys(body).find((key) => !route.members.includes(key));
            if (strange !== undefined) {
                throw notSimulated(`parameter ${strange} in the body of ${action}`);
            }
            const regionName = signed.region;
            const region = regionOf<Part>(state, caller.account, regionName);
            return understood.reply(route.run({ request, state, hooks, caller, action, id, body, region, regionName }));
        },
    };
}

/** A text in the body. A malformed body is refused later. */
function memberOf<Part>({ body }: Understood<Part>, name: string | undefined): string {
    try {
        const value = name === undefined ? undefined : body()[name];
        return typeof value === "string" ? value : "";
    } catch {
        return "";
    }
}

/** The members of a JSON body. */
export function membersOf({ body }: Request): Readonly<Record<string, unknown>> {
    try {
        return body === "" ? {} : Object(JSON.parse(body));
    } catch {
        throw new Refusal(400, "SerializationException", "the body is not JSON");
    }
}
