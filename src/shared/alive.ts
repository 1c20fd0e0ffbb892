/** Whether a process of this machine lives. Signal 0 asks only; one of another user may not be asked, but it is there. */
export function isAlive(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}
