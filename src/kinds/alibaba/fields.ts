/** The account that asks. */
export const account = { format: /^\d{12,18}$/, describes: "an Alibaba Cloud account id (UID) of 12 to 18 digits" };
