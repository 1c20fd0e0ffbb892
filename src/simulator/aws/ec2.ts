import { XMLBuilder } from "fast-xml-parser";
import { notSimulated, Refusal, type Reply, type Request } from "../server/message";
import { flag } from "../server/parameters";
import type { Action, Api, Operation, ParameterCall } from "../server/protocol";
import type { State } from "../server/state";
import { type AwsAccount, regionOf } from "./account";
import { awsCaller, queryOf, signedBy } from "./auth";
import { invalidValue } from "./ec2-values";

const VERSION = "2016-11-15";

/** A call of EC2. `Part` is what the kind adds to an entry of the world. */
export interface Ec2Call<Part = unknown> extends ParameterCall {
    /** The region that the signature names. */
    readonly regionName: string;
    /** The caller's account in that region; undefined: nothing of it in this world. */
    readonly region: (AwsAccount & Part) | undefined;
}

/** The actions of a kind. */
export interface Ec2Actions<Part> {
    /** Parameters that hold ids of connections, `Name` or `Name.N`. */
    readonly ids: readonly string[];
    /** Their parameters as botocore's model of EC2 spells them; `DryRun` and those of the protocol are known besides. */
    readonly actions: Readonly<Record<string, Action<Ec2Call<Part>>>>;
}

/**
 * EC2 query protocol, version 2016-11-15: POST with a form, or GET. Takes the requests for these actions.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
 */
export function ec2<Part>({ ids, actions }: Ec2Actions<Part>): Api {
    return (request, state) => {
        const action = queryOf(request)?.get("Action") ?? "";
        return Object.hasOwn(actions, action) ? operationOf(request, state, ids, actions[action]) : undefined;
    };
}

/** Answers the actions that no kind has. */
export const unknownEc2: Api = (request, state) => operationOf(request, state, [], undefined);

/** The page of the rates. */
export const EC2_THROTTLING = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html";

/** Non-mutating actions: bucket 100, refill 20 a second. */
export const EC2_RATES = [{ action: /^ec2:Describe/, burst: 100, perSecond: 20, source: EC2_THROTTLING }];

function operationOf<Part>(
    request: Request,
    state: State,
    ids: readonly string[],
    known: Action<Ec2Call<Part>> | undefined,
): Operation | undefined {
    const signed = signedBy(request);
    const parameters = queryOf(request);
    const unsignedVersion = signed === undefined ? parameters?.get("Version") : undefined;
    if (parameters === undefined || (unsignedVersion !== VERSION && signed?.service !== "ec2")) {
        return undefined;
    }
    const action = String(parameters.get("Action"));
    const caller = signed === undefined ? undefined : awsCaller(state, request, signed);
    return {
        cloud: "aws",
        action: `ec2:${action}`,
        ids: ids.flatMap((name) => parameters.oneOrMany(name)),
        throttleKey: `${caller?.account} ${signed?.region}`,
        // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
        throttled: new Refusal(503, "RequestLimitExceeded", "Request limit exceeded."),
        skewed: new Refusal(403, "SignatureDoesNotMatch", "Signature not yet current."),
        expired: new Refusal(400, "RequestExpired", "Request has expired."),
        refuse: (refusal) => errorReply(request, refusal),
        run(hooks) {
            // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (client error codes)
            if (signed === undefined) {
                const message =
                    "Request must contain either a valid (registered) AWS access key ID or X.509 certificate.";
                throw new Refusal(403, "MissingAuthenticationToken", message);
            }
            if (caller === undefined) {
                throw new Refusal(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
            }
            const regionName = signed.region;
            const region = regionOf<Part>(state, caller.account, regionName);
            return carryOut({ request, state, hooks, parameters, caller, regionName, region, action }, known);
        },
    };
}

/** Whether the caller may, whether every parameter is understood, and whether it is a dry run. */
function carryOut<Part>(call: Ec2Call<Part>, known: Action<Ec2Call<Part>> | undefined): Reply {
    const { parameters, caller, action, request } = call;
    if (known === undefined) {
        throw new Refusal(400, "InvalidAction", `The action ${action} is not valid for this web service.`);
    }
    if (caller.denied.includes(`ec2:${action}`)) {
        throw new Refusal(403, "UnauthorizedOperation", "You are not authorized to perform this operation.");
    }
    parameters.allowOnly(["Action", "Version", "DryRun", ...known.parameters], `ec2:${action}`);
    if (parameters.get("Version") !== VERSION) {
        throw notSimulated(`version ${parameters.get("Version")} of the EC2 API`);
    }
    // "If you have the required permissions, the error response is DryRunOperation." Nothing says that it checks ids or states.
    if (flag(parameters, "DryRun", (value) => invalidValue("DryRun", value, "Expecting true or false."))) {
        throw new Refusal(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }
    return xmlReply(200, request, {
        [`${action}Response`]: {
            "@xmlns": `http://ec2.amazonaws.com/doc/${VERSION}/`,
            requestId: request.requestId,
            ...known.run(call),
        },
    });
}

const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@" });

function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    return xmlReply(status, request, {
        Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: request.requestId },
    });
}

function xmlReply(status: number, request: Request, content: object): Reply {
    return {
        status,
        headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": request.requestId },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml.build(content)}`,
    };
}
