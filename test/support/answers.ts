import { ACCOUNT } from "./accounts";

/** An answer of EC2, as its API reference shows it. */
export function ec2(action: string, content: string): string {
    return `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${content}</${action}Response>`;
}

/** What AWS STS answers to GetCallerIdentity: the account of the credentials. */
export const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

/** Pages of a listing of EC2: the n-th connections, and the token of the next page. `id` has its prefix; `content` is what its item holds. */
export function ec2Pages(action: string, set: string, prefix: string, content: (id: string) => string) {
    return {
        by: "token" as const,
        page(ns: readonly number[], next: string | undefined): string {
            const items = ns.map((n) => `<item>${content(`${prefix}-${n.toString(16).padStart(17, "0")}`)}</item>`);
            const token = next === undefined ? "" : `<nextToken>${next}</nextToken>`;
            return ec2(action, `<${set}>${items.join("")}</${set}>${token}`);
        },
    };
}
