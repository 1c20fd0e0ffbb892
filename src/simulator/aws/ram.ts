import { randomUUID } from "node:crypto";
import { Refusal } from "../server/message";
import { page } from "../server/protocol";
import type { RestCall } from "./rest-json";

/** What operations of AWS Resource Access Manager have in common. https://docs.aws.amazon.com/ram/latest/APIReference/ */

type Call = Pick<RestCall<object>, "action" | "body" | "caller" | "state">;

/** Every error of the API has HTTP status 400, but for its own failures. */
export function refusal(code: string, message: string): Refusal {
    return new Refusal(400, code, message);
}

/**
 * The page that maxResults (1 to 500, which is the default) and nextToken ask for.
 *
 * @param outOfRange the operation's code for another maxResults
 * @param emptyFirst the first page has nothing yet
 */
export function ramPage<T>({ state, body }: Call, all: readonly T[], outOfRange: string, emptyFirst: boolean) {
    const size = Number(body.maxResults ?? 500);
    if (!Number.isInteger(size) || size < 1 || size > 500) {
        throw refusal(outOfRange, "maxResults must be a number from 1 to 500");
    }
    if (emptyFirst && body.nextToken === undefined) {
        return { items: [], token: { nextToken: Buffer.from("page-0").toString("base64url") } };
    }
    const result = page(state, all, size, typeof body.nextToken === "string" ? body.nextToken : undefined);
    if (result === undefined) {
        throw refusal("InvalidNextTokenException", "The specified value for NextToken is not valid.");
    }
    return { items: result.items, token: result.next === undefined ? {} : { nextToken: result.next } };
}

/** ARNs of a list in the body; undefined where none is given. */
export function arnsIn(body: Call["body"], member: string, type: string): string[] | undefined {
    const given = body[member];
    if (given === undefined) {
        return undefined;
    }
    if (!Array.isArray(given)) {
        throw new Refusal(400, "SerializationException", `${member} is not a list`);
    }
    return given.map((arn) => ramArn(arn, type));
}

/** An ARN of RAM, of a `resource-share` or a `resource-share-invitation`. */
export function ramArn(arn: unknown, type: string): string {
    if (typeof arn !== "string" || !new RegExp(`^arn:aws[a-z-]*:ram:[^:]*:\\d{12}:${type}/.+$`).test(arn)) {
        throw refusal("MalformedArnException", `The specified ARN is not valid: ${arn}`);
    }
    return arn;
}

/** The account in an ARN. */
export function accountIn(arn: string): string {
    return arn.split(":")[4] ?? "";
}

/**
 * Carries a call out, unless its client token says that it was carried out before. "If you retry the operation with the same ClientToken, but
 * with different parameters, the retry fails with an IdempotentParameterMismatch error." Without one, "AWS generates a random one for you".
 */
export function once({ action, body, caller, state }: Call, effect: () => void): string {
    const { clientToken, ...parameters } = body;
    if (clientToken === undefined) {
        effect();
        return randomUUID();
    }
    const before = `${caller.account} ${action} ${clientToken} `;
    const whole = before + JSON.stringify(parameters);
    if (!state.clientTokens.has(whole)) {
        if ([...state.clientTokens].some((known) => known.startsWith(before))) {
            throw refusal("IdempotentParameterMismatchException", "The client token was used with other parameters.");
        }
        effect();
        state.clientTokens.add(whole);
    }
    return String(clientToken);
}
