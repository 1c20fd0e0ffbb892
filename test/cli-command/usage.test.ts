import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { runBin } from "./bin";

/** The command line itself: help, version, and everything that is refused before a cloud is asked. */
describe("help", () => {
    it.each([
        [["--help"], /^Usage: connection-decision \[options\] \[command\]/],
        [["help", "list"], /^Usage: connection-decision list \[options\]/],
        [["review", "--help"], /Exit status:\n {2}0 .*\n.*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 /],
        [["list", "--help"], /Exit status:\n {2}0 .*\n.*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 /],
        [["simulate", "--help"], /^Usage: connection-decision simulate \[options\] \[-- COMMAND…\]/],
        [["--version"], new RegExp(`^${version.replaceAll(".", "\\.")}\n$`)],
    ])("%j is on stdout, fits 80 columns, and ends 0", async (argv, text) => {
        const { status, out, err } = await runBin(argv, {});
        expect([status, err]).toEqual([0, ""]);
        expect(out).toMatch(text);
        expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    });

    it("is on stderr, with status 2, where no command is given", async () => {
        const { status, out, err } = await runBin([], {});
        expect([status, out, err]).toEqual([2, "", expect.stringMatching(/^Usage: connection-decision/)]);
    });
});

describe("a wrong command line", () => {
    it.each([
        [["lst"], "unknown command 'lst'\n(Did you mean list?)"],
        [["list", "--regoin", "eu-west-1"], "unknown option '--regoin'\n(Did you mean --region?)"],
        [["list", "--fail-if-pendng"], "(Did you mean --fail-if-pending?)"],
        [["list", "everything"], "too many arguments for 'list'"],
        [["list", "--kind", "aws:nothing"], "--kind aws:nothing is not one of aws:vpcEndpoint, "],
        [["list", "--kind", "aws:vpcEndpoin"], "--kind aws:vpcEndpoin is not a kind of connection; did you mean"],
        [["list", "--emit", "ts", "--emit", "yaml"], "option '--emit <language>' is given twice"],
        [["simulate", "--world", "a", "--world", "b"], "option '--world <file>' is given twice"],
        [["review", "--plan", "a", "--plan", "b"], "option '--plan <file>' is given twice"],
        [["review", "--fail-on", "cuts"], "cuts is none of cut, removal, unguarded, "],
        [["list", "--kind"], "option '--kind <kind>' argument missing"],
        [["list", "--json", "--emit", "ts"], "option '--json' cannot be used with option '--emit <language>'"],
        [["list", "--emit", "py"], "argument 'py' is invalid. Allowed choices are ts, python, yaml."],
        [["list", "--emit", "ts", "--decision", "maybe"], "Allowed choices are accept, reject."],
        [["list", "--decision", "accept"], "option '--decision <decision>' needs '--emit <language>'"],
        [["simulate", "--throttle", "some"], "Allowed choices are documented, off."],
        [["simulate", "--port", "65536"], "It must be a number from 0 to 65535."],
        [["simulate", "--settle", "2"], 'Write a number and a unit, such as "20ms"'],
        [["simulate", "--wrld", "x"], "(Did you mean --world?)"],
        [["simulate", "--", "true"], "a command needs '--world <file>'"],
        [["simulate", "--print", "shell"], "option '--print shell' needs '--world <file>'"],
        [["simulate", "--print", "shell", "--", "true"], "option '--print <form>' cannot be used with a command"],
    ])("%j: a short text on stderr, status 2", async (argv, text) => {
        const { status, out, err } = await runBin(argv, {});
        expect([status, out]).toEqual([2, ""]);
        expect(err).toContain(text);
        expect(err.trim().split("\n").length).toBeLessThanOrEqual(3);
    });
});
