/** The folder of a `pulumi` executable that works, or undefined. Installs nothing. */
export function findPulumi(): Promise<string | undefined>;
