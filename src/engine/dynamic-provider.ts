import { randomUUID } from "node:crypto";
import { systemClock } from "../shared/clock";
import { fileLedger } from "../shared/ledger";
import { DecisionError } from "../shared/problem";
import { engineLog } from "./engine-log";
import { createProviders, type ResourceProvider } from "./providers";

/** Grace period for pending waits to record their state, within the 5 s after which the engine kills. */
const FAREWELL_MS = 2_000;

const end = new AbortController();
let running = 0;

const providers = createProviders({
    environment: process.env,
    clock: systemClock,
    log: engineLog(process.argv.at(-1)),
    ledger: fileLedger(process.argv.at(-1)),
    signal: end.signal,
    newToken: randomUUID,
});

/**
 * The provider of decisions: the text `exports.handler = () => require("pulumi-connection-decision/provider").provider;`
 * in every state ever written leads here.
 */
export const provider: ResourceProvider = countRunning(providers.decisions);

/** The provider of admissions, by the same contract: `require("pulumi-connection-decision/provider").admission`. */
export const admission: ResourceProvider = countRunning(providers.admissions);

/**
 * The engine sends SIGINT at the end of every operation and at the second Ctrl-C. What is waiting then ends early, as
 * not settled, which only an engine that still lives records; the process ends when nothing runs any more.
 */
process.once("SIGINT", () => {
    end.abort(new Error("interrupted"));
    setTimeout(() => process.exit(130), FAREWELL_MS);
    exitWhenIdle();
});

function exitWhenIdle(): void {
    if (end.signal.aborted && running === 0) {
        // One turn for the last answer to leave.
        setTimeout(() => process.exit(130), 50);
    }
}

function countRunning(inner: ResourceProvider): ResourceProvider {
    const counted =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
            running += 1;
            try {
                return await call(...args);
            } finally {
                running -= 1;
                exitWhenIdle();
            }
        };
    return {
        ...inner,
        check: spoken(inner.check),
        diff: spoken(inner.diff),
        read: spoken(inner.read),
        create: counted(inner.create),
        update: counted(inner.update),
        delete: spoken(counted(inner.delete)),
    };
}

/** What the SDK prints for an error that the engine will print. */
const SAID_BY_ENGINE = "said by the engine";

/**
 * For check, diff, read and delete the SDK prints an error and its stack, and the engine prints the message again. An error for people is
 * printed once.
 */
function spoken<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
        try {
            return await call(...args);
        } catch (error) {
            throw error instanceof DecisionError
                ? Object.assign(new Error(error.message), { stack: "", toString: () => SAID_BY_ENGINE })
                : error;
        }
    };
}

const printError = console.error;
console.error = (...args: unknown[]) => {
    if (args[0] !== `${SAID_BY_ENGINE}: `) {
        printError(...args);
    }
};
