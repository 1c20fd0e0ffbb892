/** Whether a process of this machine lives. Signal 0 asks only; one of another user may not be asked, but it is there. */
export function isAlive(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}

const PARENT_LOOK_MS = 250;

/**
 * Calls back once the process that started this one has ended: the system then gives its children another parent, except on Windows.
 *
 * @param parent `process.ppid`, as it was at the start
 */
export function whenGone(parent: number, callback: () => void): void {
    const timer = setInterval(() => {
        if (process.ppid !== parent || !isAlive(parent)) {
            clearInterval(timer);
            callback();
        }
    }, PARENT_LOOK_MS);
    timer.unref();
}
