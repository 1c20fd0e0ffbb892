/** The account that asks. */
export const account = { format: /^\d{12,18}$/, describes: "an Alibaba Cloud account id (UID) of 12 to 18 digits" };

/** A region. Its default is the cloud's, see cloud.ts. */
export const region = {
    required: false,
    format: /^[a-z]{2}(-[a-z0-9]+)+$/,
    describes: 'a region such as "cn-hangzhou"',
} as const;
