/** Who owns what is asked for, and who asks. */

export const ACCOUNT = "123456789012";
export const OTHER_ACCOUNT = "210987654321";
export const REQUESTER = "111122223333";
export const ALIBABA_ACCOUNT = "283117732402483989";
export const ALIBABA_REQUESTER = "983117732402483989";
export const ALIBABA_OTHER_ACCOUNT = "783117732402483989";
export const PROJECT = "6e9dfd51d1124e8d8498dce894923a0d";
export const DOMAIN = "5fc973eea581490997e82ea11a1df31f";
