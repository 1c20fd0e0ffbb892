import { type Command, InvalidArgumentError, Option } from "commander";
import { milliseconds } from "../shared/duration";
import type { Terminal } from "./terminal";

/** `connection-decision simulate`, as a command line. */
export function addSimulate(program: Command, terminal: Terminal, end: (status: number) => void): void {
    const command = program
        .command("simulate")
        .summary("run simulated clouds on loopback")
        .usage("[options] [-- COMMAND…]")
        .description("Runs simulated clouds on loopback, until Ctrl-C or as long as a command runs.")
        .showHelpAfterError("(connection-decision simulate --help says more)")
        .argument("[command...]", "a command to run with the environment set")
        .addOption(new Option("--port <n>", "port on loopback").argParser(port).default(0, "a free one"))
        .option("--world <file>", "what the clouds hold, as JSON")
        .addOption(new Option("--throttle <rates>", "the clouds' rates").choices(RATES).default("off"))
        .addOption(new Option("--settle <duration>", "how long changes take").argParser(span).default(0, "0s"))
        .addOption(new Option("--latency <duration>", "added to every answer").argParser(span).default(0, "0s"))
        .option("--detached", "go on when the process that started it has ended")
        .addOption(new Option("--print <form>", "env as JSON, or as code for eval").choices(["json", "shell"]))
        .addHelpText("after", SIMULATE_HELP);
    command.action(async (run: readonly string[]) => {
        const { settle, latency, print, ...flags }: SimulateFlags = command.opts();
        const wrong = contradiction(command.opts(), run);
        if (wrong !== undefined) {
            command.error(`error: ${wrong}`);
        }
        const options = { world: undefined, detached: false, ...flags, settleMs: settle, latencyMs: latency };
        const { simulate, simulateFor, simulateInBackground } = await import("./simulate.js");
        const start = print === "shell" ? simulateInBackground : simulate;
        end(await (run.length > 0 ? simulateFor(run, options, terminal) : start(options, terminal)));
    });
}

const RATES = ["documented", "off"];

/** What commander has read of `simulate`. */
interface SimulateFlags {
    readonly port: number;
    readonly world?: string;
    readonly throttle: "documented" | "off";
    readonly settle: number;
    readonly latency: number;
    readonly print?: "json" | "shell";
    readonly detached?: true;
}

/** What is wrong with flags that are each right. */
function contradiction({ print, world }: SimulateFlags, run: readonly string[]): string | undefined {
    if (print !== undefined && run.length > 0) {
        return "option '--print <form>' cannot be used with a command";
    }
    // Without a world nothing is simulated, and what is run would reach the real clouds.
    return world === undefined && (print === "shell" || run.length > 0)
        ? `${run.length > 0 ? "a command" : "option '--print shell'"} needs '--world <file>': the clouds in it are simulated, and no other`
        : undefined;
}

function port(text: string): number {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
        throw new InvalidArgumentError("It must be a number from 0 to 65535.");
    }
    return Number(text);
}

function span(text: string): number {
    try {
        return milliseconds(text);
    } catch {
        throw new InvalidArgumentError(`Write a number and a unit, such as "20ms", "2s" or "1m30s".`);
    }
}

const SIMULATE_HELP = `
The first line on stdout is JSON, {"url": …, "env": {…}}: env is everything a
program, a CLI or an SDK needs to talk to the simulated clouds. A cloud that the
world does not hold is not simulated: there a program reaches the real one.

The simulator ends with the process that started it, unless --detached. With a
COMMAND, env is set for it, and the simulator ends with it. --print shell starts
the simulator in the background and prints env for eval; it ends with the shell.

Exit status: 0; 2 where the command line or the world file is wrong; with a
COMMAND, the COMMAND's own.

Examples:
  connection-decision simulate --world world.json
  connection-decision simulate --world world.json -- pulumi preview
  eval "$(connection-decision simulate --world world.json --print shell)"`;
