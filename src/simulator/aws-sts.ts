import { XMLBuilder } from "fast-xml-parser";
import { awsCaller, sessionToken, signedBy } from "./aws-auth";
import { type Api, type Operation, Refusal, type Reply, type Request } from "./protocol";

/** STS query protocol, version 2011-06-15: who am I, and roles. https://docs.aws.amazon.com/STS/latest/APIReference/ */
export const sts: Api = (request, state) => {
    const signed = signedBy(request);
    const parameters = new URLSearchParams(request.body);
    const action = parameters.get("Action");
    const unsignedSts = signed === undefined && parameters.get("Version") === "2011-06-15";
    if (request.method !== "POST" || (signed?.service !== "sts" && !unsignedSts)) {
        return undefined;
    }
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
            if (action === "GetCallerIdentity") {
                return reply(request, action, {
                    Arn: `arn:aws:iam::${caller.account}:user/simulated`,
                    UserId: caller.accessKeyId,
                    Account: caller.account,
                });
            }
            if (action === "AssumeRole") {
                const [, account, role] =
                    /^arn:aws[\w-]*:iam::(\d{12}):role\/([\w+=,.@-]+)$/.exec(parameters.get("RoleArn") ?? "") ?? [];
                if (account === undefined || role === undefined) {
                    throw new Refusal(400, "ValidationError", "RoleArn is invalid");
                }
                if (!(state.world.aws ?? []).some((entry) => entry.account === account)) {
                    throw new Refusal(
                        403,
                        "AccessDenied",
                        `User is not authorized to perform: sts:AssumeRole on resource: ${parameters.get("RoleArn")}`,
                    );
                }
                const accessKeyId = `ASIA${account}${role}`;
                return reply(request, action, {
                    AssumedRoleUser: {
                        Arn: `arn:aws:sts::${account}:assumed-role/${role}/${parameters.get("RoleSessionName")}`,
                        AssumedRoleId: `AROA${account}:${parameters.get("RoleSessionName")}`,
                    },
                    Credentials: {
                        AccessKeyId: accessKeyId,
                        SecretAccessKey: `secret-of-${accessKeyId}`,
                        SessionToken: sessionToken(accessKeyId),
                        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
                    },
                });
            }
            throw new Refusal(400, "InvalidAction", `Could not find operation ${action} for version 2011-06-15`);
        },
    } satisfies Operation;
};

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
