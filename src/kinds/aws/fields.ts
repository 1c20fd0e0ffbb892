import type { Field } from "../kind";

/**
 * Region of a connection. Every partition: `eu-west-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1` (regionRegex of the
 * SDKs' partitions.json). Looser than those: a new region needs no new version.
 */
export const region = {
    required: false,
    format: /^[a-z]{2,8}(-[a-z]+)+-\d+$/,
    describes: 'an AWS region such as "eu-west-1"',
} as const satisfies Field;

/** The account that asks. */
export const account = { format: /^\d{12}$/, describes: "a 12-digit AWS account id" };
