#!/usr/bin/env node
import { readFileSync } from "node:fs";
import path from "node:path";
import { Command, CommanderError } from "commander";
import { ChoiceError } from "../inbox/places";
import { oneLine } from "../shared/problem";
import { addList } from "./list-command";
import { addReview } from "./review-command";
import { addSimulate } from "./simulate-command";
import { processTerminal, type Terminal, wrap } from "./terminal";
import { UsageError } from "./usage";

/** Exit status of a wrong command line. */
const USAGE = 2;
/** Exit status of a bug. */
const BROKEN = 1;

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
        return error instanceof UsageError || error instanceof ChoiceError ? USAGE : BROKEN;
    }
}

function programFor(terminal: Terminal, end: (status: number) => void): Command {
    const program = new Command("connection-decision")
        .description("Decisions about cloud connections: what waits, what a preview does, and a simulator")
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
    for (const command of program.commands) {
        refuseTwice(command);
    }
    return program;
}

/** Flags that add up. */
const REPEATABLE = new Set(["kind", "region", "scope", "fail-on"]);

/** Of a flag that is given twice, one value would be ignored. */
function refuseTwice(command: Command): void {
    for (const option of command.options.filter((one) => !REPEATABLE.has(one.name()))) {
        let given = false;
        command.on(`option:${option.name()}`, () => {
            if (given) {
                command.error(`error: option '${option.flags}' is given twice`);
            }
            given = true;
        });
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
