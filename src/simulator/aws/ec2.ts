import { XMLBuilder } from "fast-xml-parser";
import { flag, notSimulated } from "../server/parameters";
import { type Api, type Operation, Refusal, type Reply, type Request } from "../server/protocol";
import { awsCaller, queryOf, signedBy } from "./auth";
import { invalidValue } from "./ec2-protocol";
import { type Ec2Call, VPC_ENDPOINT } from "./vpc-endpoint";

const VERSION = "2016-11-15";

/**
 * EC2 query protocol, version 2016-11-15, as far as endpoint services need it: POST with a form, or GET.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
 */
export const ec2: Api = (request, state) => {
    const signed = signedBy(request);
    const parameters = queryOf(request);
    if (
        parameters === undefined ||
        (signed === undefined ? parameters.get("Version") !== VERSION : signed.service !== "ec2")
    ) {
        return undefined;
    }
    const action = parameters.get("Action");
    const caller = signed === undefined ? undefined : awsCaller(state, request, signed);
    return {
        cloud: "aws",
        action: `ec2:${action}`,
        ids: [...parameters.list("VpcEndpointId"), ...parameters.list("TransitGatewayAttachmentId")],
        throttleKey: `${caller?.account} ${signed?.region}`,
        // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
        throttled: new Refusal(503, "RequestLimitExceeded", "Request limit exceeded."),
        skewed: new Refusal(403, "SignatureDoesNotMatch", "Signature not yet current."),
        expired: new Refusal(400, "RequestExpired", "Request has expired."),
        refuse: (refusal) => errorReply(request, refusal),
        run(world) {
            // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (client error codes)
            if (signed === undefined) {
                throw new Refusal(
                    403,
                    "MissingAuthenticationToken",
                    "Request must contain either a valid (registered) AWS access key ID or X.509 certificate.",
                );
            }
            if (caller === undefined) {
                throw new Refusal(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
            }
            const region = state.awsRegion(caller.account, signed.region);
            return carryOut({ request, state, world, parameters, caller, region, action: String(action) });
        },
    } satisfies Operation;
};

/** Whether the caller may, whether every parameter is understood, and whether it is a dry run. */
function carryOut(call: Ec2Call): Reply {
    const { parameters, caller, action, request } = call;
    const [known, handler] = Object.hasOwn(VPC_ENDPOINT, action)
        ? VPC_ENDPOINT[action as keyof typeof VPC_ENDPOINT]
        : [];
    if (known === undefined || handler === undefined) {
        throw new Refusal(400, "InvalidAction", `The action ${action} is not valid for this web service.`);
    }
    if (caller.denied.includes(`ec2:${action}`)) {
        throw new Refusal(403, "UnauthorizedOperation", "You are not authorized to perform this operation.");
    }
    parameters.allowOnly(["Action", "Version", "DryRun", ...known], `ec2:${action}`);
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
            ...handler(call),
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
