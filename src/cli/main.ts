#!/usr/bin/env node
import { readFileSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { kinds } from "../kinds";
import { milliseconds } from "../shared/duration";
import { oneLine } from "../shared/problem";
import type { ListOptions } from "./list";
import { CONCERNS, type Concern } from "./review/concerns";
import { processTerminal, type Terminal, wrap } from "./terminal";
import { UsageError } from "./usage";

/** Exit status of a wrong command line. */
const USAGE = 2;
/** Exit status of a bug. */
const BROKEN = 1;

const LIST_HELP = `
Kinds:
${Object.keys(kinds)
    .map((name) => `  ${name}`)
    .join("\n")}

Exit status:
  0  everything that was asked for was read; with --fail-if-pending, nothing
     is pending there
  1  a bug of this command
  2  the command line is wrong
  3  with --fail-if-pending: everything was read, and something is pending
  4  not everything was read: a place failed, nothing is set up, or a --scope
     or --region was not found. 4 comes before 3.

A cloud is skipped where it has neither credentials nor a region here. Expired
or refused credentials are a failure.

Examples:
  connection-decision list
  connection-decision list --kind aws:vpcEndpoint --region eu-west-1
  connection-decision list --emit ts --decision accept > decisions.ts`;

const REVIEW_HELP = `
Reads what \`pulumi preview --json\` prints, also as a stream of events, or an
update plan. Give the preview --show-sames, so that requests that wait under
unchanged admissions are in it.

Concerns of --fail-on, one or more with commas between them:
  cut        a working connection is cut
  removal    a connection is deleted, the requester must ask again
  unguarded  somebody is accepted, and no expected requester is named
  accept     anything is accepted
  reject     a request is rejected
  review     a request waits for people under an admission
  held       a decision was undone outside, and is held (onDrift)
  unknown    what happens is only known in up

Exit status:
  0  the preview is whole, everything in it was read, and nothing of
     --fail-on is in it
  1  a bug of this command
  2  the command line is wrong
  3  something of --fail-on is in it
  4  the preview is empty, cut off, of something else, or failed; or something
     in it was not read. 4 comes before 3.
The comment is written with every status but 1 and 2.

Examples:
  pulumi preview --json --show-sames | connection-decision review
  connection-decision review --fail-on cut,unguarded < preview.json
  connection-decision review --plan plan.json`;

const SIMULATE_HELP = `
The first line on stdout is JSON, {"url": …, "env": {…}}: env is everything a
program, a CLI or an SDK needs to talk to the simulated clouds. It ends with the
process that started it, unless --detached. With a COMMAND,
env is set for it, and the simulator ends with it. --print shell starts the
simulator in the background and prints env for eval; it ends with the shell.

Exit status: 0; 2 where the command line or the world file is wrong; with a
COMMAND, the COMMAND's own.

Examples:
  connection-decision simulate --world world.json
  connection-decision simulate --world world.json -- pulumi preview
  eval "$(connection-decision simulate --world world.json --print shell)"`;

/** Runs a command line; the exit status is the promise's value. */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
    let status = 0;
    const program = programFor(terminal, (ended) => {
        status = ended;
    });
    try {
        await program.parseAsync(argv, { from: "user" });
        return status;
    } catch (error) {
        if (error instanceof CommanderError) {
            return error.exitCode === 0 ? 0 : USAGE;
        }
        terminal.err(`${wrap(`error: ${(error as Error).message}`, terminal.errColumns, 2)}\n`);
        return error instanceof UsageError ? USAGE : BROKEN;
    }
}

function programFor(terminal: Terminal, end: (status: number) => void): Command {
    const program = new Command("connection-decision")
        .description("Decisions about cloud connections: what waits for one, and clouds to try them on")
        .version(version(), "--version", "print the version")
        .helpOption("-h, --help", "print this help")
        .helpCommand("help [command]", "print the help of a command")
        .exitOverride()
        .configureOutput({
            writeOut: (text) => terminal.out(text),
            writeErr: (text) => terminal.err(text),
            outputError: (text, write) => {
                write(text.replaceAll(/^error: .*$/gm, (line) => wrap(line, terminal.errColumns, 2)));
            },
            getOutHelpWidth: () => terminal.columns ?? 80,
            getErrHelpWidth: () => terminal.errColumns ?? 80,
        });
    addList(program, terminal, end);
    addReview(program, terminal, end);
    addSimulate(program, terminal, end);
    return program;
}

const DECISIONS = ["accept", "reject"];

function addList(program: Command, terminal: Terminal, end: (status: number) => void): void {
    const command = program
        .command("list")
        .summary("show what waits for a decision")
        .description(
            "Shows what waits for a decision, in every kind for which something is set up, or in those chosen.",
        )
        .showHelpAfterError("(connection-decision list --help says more)")
        .option("--kind <kind>", "only this kind of connection; repeatable", collect)
        .option("--region <region>", "instead of the default: eu-west-1, or aws=eu-west-1; repeatable", collect)
        .option("--scope <id>", "only this scope, such as an endpoint service; repeatable", collect)
        .addOption(new Option("--json", "print JSON").conflicts("emit"))
        .addOption(new Option("--emit <language>", "print the decisions as code").choices(["ts"]))
        .addOption(new Option("--decision <decision>", "what that code decides; reject if not said").choices(DECISIONS))
        .option("--fail-if-pending", "end with 3 where something is pending")
        .addHelpText("after", LIST_HELP);
    command.action(async () => {
        const options = listOptions(command);
        const { list } = await import("./list.js");
        end(await list(options, terminal));
    });
}

/** What commander has read of `list`. */
interface ListFlags {
    readonly kind?: readonly string[];
    readonly region?: readonly string[];
    readonly scope?: readonly string[];
    readonly json?: true;
    readonly emit?: "ts";
    readonly decision?: "accept" | "reject";
    readonly failIfPending?: true;
}

function listOptions(command: Command): ListOptions {
    const flags: ListFlags = command.opts();
    if (flags.decision !== undefined && flags.emit === undefined) {
        command.error("error: option '--decision <decision>' needs '--emit <language>'");
    }
    return {
        choice: { kinds: flags.kind ?? [], regions: flags.region ?? [], scopes: flags.scope ?? [] },
        form: flags.json === true ? "json" : (flags.emit ?? "table"),
        decision: flags.decision ?? "reject",
        failIfPending: flags.failIfPending ?? false,
    };
}

function addReview(program: Command, terminal: Terminal, end: (status: number) => void): void {
    const command = program
        .command("review")
        .summary("write a pull request comment from a preview")
        .description("Writes Markdown for a pull request: what a preview decides, the most urgent first.")
        .showHelpAfterError("(connection-decision review --help says more)")
        .option("--plan <file>", "an update plan, instead of a preview on stdin")
        .addOption(new Option("--fail-on <concerns>", "end with 3 where it has these").argParser(concerns))
        .addHelpText("after", REVIEW_HELP);
    command.action(async () => {
        const { plan, failOn = [] }: { readonly plan?: string; readonly failOn?: readonly Concern[] } = command.opts();
        const { review } = await import("./review/index.js");
        end(await review({ plan, failOn }, terminal));
    });
}

/** `cut,unguarded`; repeatable. */
function concerns(text: string, previous: readonly Concern[] = []): Concern[] {
    const words = text.split(",").map((word) => word.trim());
    const unknown = words.find((word) => !CONCERNS.includes(word as Concern));
    if (unknown !== undefined) {
        throw new InvalidArgumentError(`${oneLine(unknown, 40)} is none of ${CONCERNS.join(", ")}.`);
    }
    return [...new Set([...previous, ...(words as Concern[])])];
}

function addSimulate(program: Command, terminal: Terminal, end: (status: number) => void): void {
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
        .option("--detached", "go on when the process that started it has ended", false)
        .addOption(new Option("--print <form>", "how env is printed").choices(["json", "shell"]))
        .addHelpText("after", SIMULATE_HELP);
    command.action(async (run: readonly string[]) => {
        const { settle, latency, print, ...flags }: SimulateFlags = command.opts();
        if (print !== undefined && run.length > 0) {
            command.error("error: option '--print <form>' cannot be used with a command");
        }
        const options = { world: undefined, ...flags, settleMs: settle, latencyMs: latency };
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
    readonly detached: boolean;
}

/** A flag that may be given several times. */
function collect(value: string, previous: readonly string[] = []): string[] {
    return [...previous, value];
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

/** The version of the package this file is part of. */
function version(): string {
    const file = path.join(__dirname, "../../package.json");
    return oneLine(String((JSON.parse(readFileSync(file, "utf8")) as { version: unknown }).version), 40);
}

if (require.main === module) {
    void main(process.argv.slice(2)).then((status) => {
        process.exitCode = status;
    });
}
