import { ACCOUNT } from "./accounts";

/** An answer of EC2, as its API reference shows it. */
export function ec2(action: string, content: string): string {
    return `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${content}</${action}Response>`;
}

/** What AWS STS answers to GetCallerIdentity: the account of the credentials. */
export const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
