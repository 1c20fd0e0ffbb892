/** Whether there is a Python that the vendors' clients run on. */
export const clientsAvailable: boolean;
/** The folder to put on PYTHONPATH. */
export function installClients(cloud: "aws" | "alibaba" | "vpcep" | "azure" | "azure"): Promise<string>;
