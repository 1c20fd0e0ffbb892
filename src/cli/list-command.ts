import { type Command, Option } from "commander";
import { kinds } from "../kinds";
import { LANGUAGES, type Language } from "./emit";
import type { ListOptions } from "./list";
import type { Terminal } from "./terminal";

/** `connection-decision list`, as a command line. */
export function addList(program: Command, terminal: Terminal, end: (status: number) => void): void {
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
        .addOption(new Option("--emit <language>", "print the decisions as code").choices(LANGUAGES))
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
    readonly emit?: Language;
    readonly decision?: "accept" | "reject";
    readonly failIfPending?: true;
}

function listOptions(command: Command): ListOptions {
    const flags: ListFlags = command.opts();
    if (flags.decision !== undefined && flags.emit === undefined) {
        command.error("error: option '--decision <decision>' needs '--emit <language>'");
    }
    return {
        choice: {
            kinds: flags.kind ?? [],
            regions: flags.region ?? [],
            scopes: flags.scope ?? [],
            terms: { kind: "--kind", region: "--region", scope: "--scope" },
        },
        form: flags.json === true ? "json" : (flags.emit ?? "table"),
        decision: flags.decision ?? "reject",
        failIfPending: flags.failIfPending ?? false,
    };
}

const DECISIONS = ["accept", "reject"];

/** A flag that may be given several times. */
function collect(value: string, previous: readonly string[] = []): string[] {
    return [...previous, value];
}

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
