import { XMLBuilder } from "fast-xml-parser";
import { notSimulated, Refusal, type Reply, type Request } from "../server/message";
import type { Parameters } from "../server/parameters";
import type { Api, Operation } from "../server/protocol";
import type { Caller, State } from "../server/state";
import { regionsOf } from "./account";
import { awsCaller, queryOf, sessionToken, signedBy } from "./auth";

const VERSION = "2011-06-15";

/** STS query protocol, version 2011-06-15: who am I, and roles. https://docs.aws.amazon.com/STS/latest/APIReference/ */
export const sts: Api = (request, state) => {
    const signed = signedBy(request);
    const parameters = queryOf(request);
    if (
        parameters === undefined ||
        (signed === undefined ? parameters.get("Version") !== VERSION : signed.service !== "sts")
    ) {
        return undefined;
    }
    const action = parameters.get("Action");
    const caller = signed === undefined ? undefined : awsCaller(state, request, signed);
    return {
        cloud: "aws",
        action: `sts:${action}`,
        ids: [],
        throttleKey: caller?.account ?? "",
        throttled: new Refusal(400, "Throttling", "Rate exceeded"),
        skewed: new Refusal(403, "SignatureDoesNotMatch", "Signature not yet current."),
        expired: new Refusal(403, "ExpiredToken", "The security token included in the request is expired"),
        refuse: (refusal) => errorReply(request, refusal),
        run() {
            if (signed === undefined) {
                throw new Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
            }
            if (caller === undefined) {
                throw new Refusal(
                    403,
                    "InvalidClientTokenId",
                    "The security token included in the request is invalid.",
                );
            }
            const [known, handler] = Object.hasOwn(ACTIONS, action ?? "")
                ? ACTIONS[action as keyof typeof ACTIONS]
                : [];
            if (known === undefined || handler === undefined) {
                throw new Refusal(400, "InvalidAction", `Could not find operation ${action} for version ${VERSION}`);
            }
            parameters.allowOnly(["Action", "Version", ...known], `sts:${action}`);
            if (parameters.get("Version") !== VERSION) {
                throw notSimulated(`version ${parameters.get("Version")} of the STS API`);
            }
            return reply(request, String(action), handler(parameters, caller, state));
        },
    } satisfies Operation;
};

/** The parameters that an action knows, and its answer. */
const ACTIONS = {
    GetCallerIdentity: [[], identity],
    AssumeRole: [["RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"], assumeRole],
} satisfies Record<string, [string[], (parameters: Parameters, caller: Caller, state: State) => object]>;

function identity(_: Parameters, caller: Caller): object {
    return {
        Arn: `arn:aws:iam::${caller.account}:user/simulated`,
        UserId: caller.accessKeyId,
        Account: caller.account,
    };
}

/** API_AssumeRole. */
function assumeRole(parameters: Parameters, _: Caller, state: State): object {
    const arn = parameters.get("RoleArn") ?? "";
    const { account, role } = roleOf(arn);
    const session = parameters.get("RoleSessionName") ?? "";
    check(/^[\w+=,.@-]{2,64}$/.test(session), "RoleSessionName");
    const duration = Number(parameters.get("DurationSeconds") ?? "3600");
    check(Number.isInteger(duration) && duration >= 900 && duration <= 43_200, "DurationSeconds");
    // A condition of the role's trust policy; the roles here have none, so it decides nothing.
    check(/^[\w+=,.@:/-]{2,1224}$/.test(parameters.get("ExternalId") ?? "none"), "ExternalId");
    if (!regionsOf<object>(state).some((entry) => entry.account === account)) {
        throw new Refusal(403, "AccessDenied", `User is not authorized to perform: sts:AssumeRole on resource: ${arn}`);
    }
    const accessKeyId = `ASIA${account}${role}`;
    return {
        AssumedRoleUser: {
            Arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
            AssumedRoleId: `AROA${account}:${session}`,
        },
        Credentials: {
            AccessKeyId: accessKeyId,
            SecretAccessKey: `secret-of-${accessKeyId}`,
            SessionToken: sessionToken(accessKeyId),
            Expiration: new Date(Date.now() + duration * 1_000).toISOString(),
        },
    };
}

function roleOf(arn: string): { account: string; role: string } {
    const [, account = "", role = ""] = /^arn:aws[\w-]*:iam::(\d{12}):role\/([\w+=,.@-]+)$/.exec(arn) ?? [];
    check(account !== "", "RoleArn");
    return { account, role };
}

function check(holds: boolean, name: string): void {
    if (!holds) {
        throw new Refusal(400, "ValidationError", `${name} is invalid`);
    }
}

const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@" });

function reply(request: Request, action: string, result: object): Reply {
    return xmlReply(200, request, {
        [`${action}Response`]: {
            "@xmlns": "https://sts.amazonaws.com/doc/2011-06-15/",
            [`${action}Result`]: result,
            ResponseMetadata: { RequestId: request.requestId },
        },
    });
}

function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    return xmlReply(status, request, {
        ErrorResponse: {
            "@xmlns": "https://sts.amazonaws.com/doc/2011-06-15/",
            Error: { Type: "Sender", Code: code, Message: message },
            RequestId: request.requestId,
        },
    });
}

function xmlReply(status: number, request: Request, content: object): Reply {
    return {
        status,
        headers: { "content-type": "text/xml", "x-amzn-requestid": request.requestId },
        body: xml.build(content),
    };
}
