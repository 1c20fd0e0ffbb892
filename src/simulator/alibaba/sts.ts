import { Refusal } from "../server/message";
import type { ParameterCall } from "../server/protocol";
import { accountsOf } from "./account";
import { rpc } from "./rpc";

/** The part of STS 2015-04-01 that roles need. */
export const sts = rpc({
    product: "sts",
    version: "2015-04-01",
    actions: {
        GetCallerIdentity: { parameters: [], run: identity },
        AssumeRole: { parameters: ["RoleArn", "RoleSessionName", "DurationSeconds"], run: assumeRole },
    },
});

function identity({ caller }: ParameterCall): object {
    return {
        AccountId: caller.account,
        Arn: `acs:ram::${caller.account}:user/simulated`,
        IdentityType: "RAMUser",
    };
}

/** DurationSeconds from 900 to 3600, the default of a role's longest session. */
function assumeRole({ state, parameters }: ParameterCall): object {
    const [, account, role] = /^acs:ram::(\d+):role\/([\w.-]+)$/.exec(parameters.get("RoleArn") ?? "") ?? [];
    const session = parameters.get("RoleSessionName");
    const duration = Number(parameters.get("DurationSeconds") ?? "3600");
    if (account === undefined || role === undefined) {
        throw new Refusal(400, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed.");
    }
    if (session === undefined || session === "") {
        throw new Refusal(400, "InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed.");
    }
    if (!Number.isInteger(duration) || duration < 900 || duration > 3_600) {
        throw new Refusal(
            400,
            "InvalidParameter.DurationSeconds",
            "The Min/Max value of DurationSeconds is 15min/1hr.",
        );
    }
    if (!accountsOf<object>(state).some((entry) => entry.account === account)) {
        throw new Refusal(404, "EntityNotExist.Role", "The specified Role not exists.");
    }
    const accessKeyId = `STS.${account}.${role}`;
    return {
        AssumedRoleUser: { Arn: `acs:ram::${account}:role/${role}/${session}`, AssumedRoleId: role },
        Credentials: {
            AccessKeyId: accessKeyId,
            AccessKeySecret: `secret-of-${accessKeyId}`,
            SecurityToken: `session-of-${accessKeyId}`,
            Expiration: new Date(Date.now() + duration * 1_000).toISOString(),
        },
    };
}
