import { type Command, InvalidArgumentError, Option } from "commander";
import { oneLine } from "../shared/problem";
import { CONCERNS, type Concern } from "./review/concerns";
import type { Terminal } from "./terminal";

/** `connection-decision review`, as a command line. */
export function addReview(program: Command, terminal: Terminal, end: (status: number) => void): void {
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
