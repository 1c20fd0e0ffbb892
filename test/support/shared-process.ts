import { afterAll, vi } from "vitest";

/** Set-up of the files that share a process (vitest.config.mts): each leaves the environment and what it mocked as it found them. */
const before = { ...process.env };

afterAll(() => {
    vi.restoreAllMocks();
    for (const name of Object.keys(process.env).filter((name) => !Object.hasOwn(before, name))) {
        delete process.env[name];
    }
    Object.assign(process.env, before);
});
