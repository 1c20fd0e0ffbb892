import { type ParameterCall, Refusal } from "../server/protocol";

/** The part of STS 2015-04-01 that roles need: the parameters that an action knows, and its answer. */
export const STS = {
    GetCallerIdentity: [[], identity],
    AssumeRole: [["RoleArn", "RoleSessionName", "DurationSeconds"], assumeRole],
} satisfies Record<string, [string[], (call: ParameterCall) => object]>;

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
    if (!(state.current.alibaba ?? []).some((entry) => entry.account === account)) {
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
