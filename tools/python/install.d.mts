/** Whether there is a Python that can install packages, at least this old. */
export function hasPython(major: number, minor: number): boolean;
/** The folder to put on PYTHONPATH, with the packages of a file of requirements. */
export function installPackages(name: string, requirements: string): Promise<string>;
