import { randomUUID } from "node:crypto";
import { systemClock } from "../shared/clock";
import { fileLedger } from "../shared/ledger";
import { DecisionError } from "../shared/problem";
import { Ending } from "./ending";
import { engineLog } from "./engine-log";
import { createProviders, type ResourceProvider } from "./providers";

const ending = new Ending().listen();

const providers = createProviders({
    environment: process.env,
    clock: systemClock,
    log: engineLog(process.argv.at(-1)),
    ledger: fileLedger(process.argv.at(-1)),
    signal: ending.signal,
    newToken: randomUUID,
});

/**
 * The provider of decisions: the text `exports.handler = () => require("pulumi-connection-decision/provider").provider;`
 * in every state ever written leads here.
 */
export const provider: ResourceProvider = untilAnswered(providers.decisions);

/** The provider of admissions, by the same contract: `require("pulumi-connection-decision/provider").admission`. */
export const admission: ResourceProvider = untilAnswered(providers.admissions);

function untilAnswered(inner: ResourceProvider): ResourceProvider {
    return {
        ...inner,
        check: spoken(inner.check),
        diff: spoken(inner.diff),
        read: spoken(inner.read),
        create: ending.counted(inner.create),
        update: ending.counted(inner.update),
        delete: spoken(ending.counted(inner.delete)),
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
