import { list, type Members, optional, record, text } from "./schema";

const PRINCIPAL = {
    /** The key that a client signs with; its secret is `secret-of-<key>`. For a role that is assumed: `role/<name>`. */
    accessKeyId: text,
    /** Actions it may not do, as the cloud's policies name them: `ec2:RejectVpcEndpointConnections`. */
    denied: optional(list(text)),
};

/** Credentials beside the account's own, with fewer rights. */
export interface Principal extends Members<typeof PRINCIPAL> {}

/** Part of an account in the world. */
export const PRINCIPALS = {
    /** Credentials beside the account's own, with fewer rights. */
    principals: optional(list(record<Principal>(PRINCIPAL))),
};
export interface WithPrincipals extends Members<typeof PRINCIPALS> {}
