import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { asMarkdown } from "../../src/cli/review/markdown";
import { readPreview } from "../../src/cli/review/preview";
import { reviewOf } from "../../src/cli/review/review";
import { BARE, BIN, type Ended } from "../cli-command/bin";

/** `connection-decision review` of previews that tools/previews/record.mjs recorded with the real CLI. */
const recorded = path.resolve(__dirname, "../fixtures/previews");
const read = (name: string) => readFileSync(path.join(recorded, name), "utf8");
const reviewed = (name: string, edit = (text: string) => text) => reviewOf(readPreview(edit(read(name))));

/** The same scenes, decided by the dynamic provider and by the resource plugin. */
const inBothHosts = (...names: string[]) => ["", "plugin-"].flatMap((host) => names.map((name) => `${host}${name}`));

/** `cut partner …3 accepted->rejected`, for every row. */
function fates(name: string): string[] {
    return reviewed(name).rows.map(
        ({ group, resource, connection, from = "", to = "" }) =>
            `${group} ${resource} ${connection.id.slice(-2)} ${from}->${to}`,
    );
}

const FIRST = [
    "cut audit 13 accepted->rejected",
    "cut partner 03 accepted->rejected",
    "cut search f6 accepted->absent",
    "stranger audit 12 pending->accepted",
    "stranger audit 15 pending->accepted",
    "stranger hangzhou 10 pending->accepted",
    "stranger stranger 02 pending->accepted",
    "accept analytics 01 pending->accepted",
    "accept audit 11 pending->accepted",
    "reject audit 14 pending->rejected",
    "review archive 23 pending->",
    "left archive 21 accepted->",
    "left archive 22 rejected->",
    "later later p) ->",
    "settled archive aa ->",
    "settled leaving 05 ->accepted",
    "settled old-name 06 ->accepted",
];

const CHANGED = [
    "cut archive aa ->rejected",
    "cut leaving 05 accepted->rejected",
    "cut stranger 02 accepted->rejected",
    "stranger stranger 04 rejected->accepted",
    "review audit 12 accepted->",
    "review audit 15 accepted->",
    "held partner 03 ->",
    "settled analytics 01 ->accepted",
    "settled audit 10 ->",
    "settled later 04 rejected->",
    "settled new-name 06 ->accepted",
    // A rename: its delete finds the connection declared elsewhere.
    "settled old-name 06 accepted->",
    "settled search f6 absent->",
];

describe("every row of a preview, the most urgent first", () => {
    it.each(inBothHosts("first.json", "first.jsonl", "first.plan.json"))("%s: what a first up decides", (name) => {
        expect(fates(name)).toEqual(FIRST);
        expect(reviewed(name)).toMatchObject({
            complete: true,
            hidden: 0,
            problems: [],
            stack: { name: "recorded", project: "previews" },
        });
    });

    it.each(inBothHosts("changed.json", "changed.jsonl"))("%s: deletes, a replacement, drift that is held", (name) => {
        expect(fates(name)).toEqual(CHANGED);
        const { complete, said } = reviewed(name);
        expect(complete).toBe(true);
        expect(said).toEqual([
            { resource: "stranger", text: expect.stringMatching(/^replacing it CUTS a working connection of 9999/) },
        ]);
    });

    it("changed.plan.json: a plan does not say what deletes do, so it is no all-clear", () => {
        const { complete, rows } = reviewed("changed.plan.json");
        expect(complete).toBe(false);
        expect(rows.filter(({ group }) => group === "unread").map(({ resource }) => resource)).toEqual([
            "archive",
            "later",
            "leaving",
            "old-name",
            "search",
            "stranger",
        ]);
        expect(fates("changed.plan.json").filter((fate) => !/^(unread|settled)/.test(fate))).toEqual(
            CHANGED.filter((fate) => !/^(cut|settled)/.test(fate)),
        );
    });

    it("names requester, until, reason, rule and what the requester says", () => {
        const { rows } = reviewed("first.json");
        const of = (resource: string, id: string) =>
            rows.find((row) => row.resource === resource && row.connection.id.endsWith(id));
        expect(of("analytics", "1")).toMatchObject({
            connection: {
                kind: "aws:vpcEndpoint",
                id: "eu-west-1/vpce-svc-0123456789abcdef0/vpce-00000000000000001",
            },
            requester: "111122223333",
            until: "2030-01-01",
            reason: "CHG-2041 analytics reads | the `ledger` @team",
            notes: [],
        });
        expect(of("audit", "11")).toMatchObject({ requester: "111122223333", rule: "analytics", until: "2030-01-01" });
        expect(of("audit", "13")).toMatchObject({ requester: "999988887777", rule: "blocked" });
        expect(of("hangzhou", "10")).toMatchObject({
            notes: ["by evidence"],
            says: expect.stringContaining("@admins see [this](https://evil.example)"),
        });
        expect(of("search", "f6")).toMatchObject({
            removes: true,
            notes: ["the connection is deleted, the requester must ask again"],
        });
    });

    it("knows resources in components, whatever their names are", () => {
        const nested = (text: string) =>
            text.replaceAll("::pulumi-nodejs:", "::my:own:Team$pulumi-nodejs:").replaceAll("::partner", "::a::b |$c");
        const { rows } = reviewed("first.json", nested);
        expect(rows.map(({ group }) => group)).toEqual(FIRST.map((fate) => fate.split(" ")[0]));
        expect(rows.find(({ resource }) => resource === "a::b |$c")?.connection.id).toMatch(/03$/);
    });
});

describe("green means that everything was read", () => {
    it.each(inBothHosts("refused.json", "refused.jsonl"))(
        "%s: a resource whose preview failed is named, with the reason",
        (name) => {
            const { complete, rows } = reviewed(name);
            expect(complete).toBe(false);
            expect(rows).toEqual([
                {
                    group: "unread",
                    resource: "analytics",
                    connection: { kind: "", id: "" },
                    notes: [
                        expect.stringMatching(
                            /^Will not accept: the requester is 111122223333, expected 000000000000; /,
                        ),
                    ],
                },
            ]);
        },
    );

    it.each(inBothHosts("unreadable.json", "unreadable.jsonl", "unreadable.plan.json"))(
        "%s: what the settings let pass unread is named, every one of it",
        (name) => {
            const { complete, rows } = reviewed(name);
            expect(complete).toBe(false);
            expect(rows.map(({ group, resource }) => `${group} ${resource}`)).toEqual(
                ["analytics", "archive", "audit", "later", "leaving", "old-name", "partner", "stranger"].map(
                    (resource) => `unread ${resource}`,
                ),
            );
        },
    );

    it.each([
        ["", "empty"],
        ["  \n", "empty"],
        ["error: no stack selected\n", "not a preview"],
        ["{}", "not a preview"],
        ["[]", "not a preview"],
        ['{"version":3,"deployment":{"resources":[]}}', "not a preview"],
        [read("first.json").slice(0, -40), "not a preview"],
        ['{"steps":[]}', "did not finish"],
        [read("first.jsonl").split("\n").slice(0, -4).join("\n"), "did not finish"],
        [read("first.jsonl").slice(0, -100), "did not finish"],
        [`warning: a line of something else\n${read("first.jsonl")}`, "not a preview"],
        [read("first.jsonl").replace("\n", "\nwarning: in the middle\n"), "no events"],
        [read("first.jsonl").replace('"isPreview":true', '"isPreview":false'), "an update, not of a preview"],
        [read("first.jsonl").replace('"maybeCorrupt":false', '"maybeCorrupt":true'), "may be corrupt"],
        ['{"changeSummary":{"create":1},"steps":[]}', "no ConnectionDecision and no ConnectionAdmission"],
        ['{"resourcePlans":{}}', "no ConnectionDecision and no ConnectionAdmission"],
    ])("%#: what is no whole preview of ours is a problem: %.40s", (text, problem) => {
        const review = reviewOf(readPreview(text));
        expect(review.complete).toBe(false);
        expect(review.problems.map(({ text }) => text).join(" ")).toContain(problem);
        expect(asMarkdown(review)).toContain("this is no all-clear");
        expect(asMarkdown(review)).not.toContain("nothing to decide");
    });

    it("says that another resource or the program failed, and quotes neither", () => {
        const digest = JSON.parse(read("first.json"));
        digest.diagnostics.push(
            { urn: "urn:pulumi:a::b::aws:ec2/vpc:Vpc::net", severity: "error", message: "token=hunter2" },
            { severity: "error", message: "password hunter2" },
        );
        const review = reviewOf(readPreview(JSON.stringify(digest)));
        expect(review.complete).toBe(false);
        expect(review.problems).toEqual([
            { resource: "net", text: expect.stringContaining("failed") },
            { text: expect.stringContaining("The program or the engine failed") },
        ]);
        expect(asMarkdown(review)).not.toContain("hunter2");
    });

    it("counts unchanged resources that the preview leaves out", () => {
        const digest = JSON.parse(read("changed.json"));
        digest.steps = digest.steps.filter(({ op }: { op: string }) => op !== "same");
        const review = reviewOf(readPreview(JSON.stringify(digest)));
        expect([review.hidden, review.complete]).toEqual([2, true]);
        expect(asMarkdown(review)).toContain("2 unchanged resources are not in the preview");
    });

    it("does not take what an earlier run announced for this one's", () => {
        const digest = JSON.parse(read("first.json"));
        for (const { newState } of digest.steps) {
            if (newState.inputs?.observed?.status !== undefined) {
                newState.inputs.observed.status = "accepted";
            }
        }
        const { rows } = reviewOf(readPreview(JSON.stringify(digest)));
        expect(rows.find(({ resource }) => resource === "partner")?.group).toBe("unread");
    });

    it("does not guess at steps, transitions and lists that it does not know", () => {
        const digest = JSON.parse(read("first.json"));
        const inputs = (name: string) =>
            digest.steps.find(({ urn }: { urn: string }) => urn.endsWith(`::${name}`)).newState.inputs;
        inputs("partner").transition = "postpone: accepted -> pending";
        delete inputs("audit").__listed;
        digest.steps.find(({ urn }: { urn: string }) => urn.endsWith("::stranger")).op = "teleport";
        const { rows } = reviewOf(readPreview(JSON.stringify(digest)));
        expect(rows.filter(({ group }) => group === "unread").map(({ resource }) => resource)).toEqual([
            "audit",
            "partner",
            "stranger",
        ]);
    });
});

describe("secrets", () => {
    it.each(readdirSync(recorded))("%s: none, and no cipher text, is in the comment", (name) => {
        const text = asMarkdown(reviewed(name));
        expect(text).not.toMatch(/nobody may know|ciphertext|v1:|1b47061264138c4ac30d75fd1eb44270/);
    });

    it("what is shown with --show-secrets is not shown here", () => {
        const shown = read("first.jsonl").replaceAll(
            '"ciphertext":"[secret]"',
            '"plaintext":"\\"nobody may know why\\""',
        );
        expect(shown).toContain("nobody may know why");
        expect(asMarkdown(reviewOf(readPreview(shown)))).not.toContain("nobody may know why");
    });
});

describe("the command", () => {
    it.each([
        [[], "first.json", 0, /^$/],
        [["--fail-on", "cut,unguarded"], "first.json", 3, /^found by --fail-on: cut \(3\), unguarded \(4\)$/m],
        [["--fail-on", "removal", "--fail-on", "held"], "first.json", 3, /^found by --fail-on: removal \(1\)$/m],
        [["--fail-on", "unknown"], "first.json", 3, /unknown \(1\)/],
        [["--fail-on", "held,accept,reject"], "changed.json", 3, /held \(1\), accept \(1\)$/m],
        [["--fail-on", "review"], "changed.json", 3, /review \(2\)/],
        [["--fail-on", "reject,unknown"], "changed.json", 0, /^$/],
        [[], "refused.json", 4, /^NOT READ analytics: Will not accept/],
        [["--fail-on", "review"], "unreadable.json", 4, /make it with --show-sames/],
    ])("%j with %s ends with %i", async (argv, name, status, err) => {
        const ended = await piped(argv, read(name));
        expect(ended.status, ended.err).toBe(status);
        expect(ended.err).toMatch(err);
        expect(ended.out).toBe(asMarkdown(reviewed(name)));
    });

    it("reads a plan from its file", async () => {
        const plan = path.join(recorded, "first.plan.json");
        expect(await piped(["--plan", plan], "")).toEqual({
            status: 0,
            out: asMarkdown(reviewed("first.plan.json")),
            err: "",
        });
    });

    it.each([
        [["--plan", "/nonexistent"], "error: --plan /nonexistent: no such file\n"],
        [["--plan", "."], "error: --plan .: a folder, not a file\n"],
        [["--fail-on", "cut,everything"], "everything is none of cut, removal, unguarded, "],
        [["preview.json"], "too many arguments for 'review'"],
    ])("%j: a short text on stderr, status 2", async (argv, text) => {
        const { status, out, err } = await piped(argv, "");
        expect([status, out]).toEqual([2, ""]);
        expect(err).toContain(text);
    });

    it("writes a comment that says so where there is no preview", async () => {
        const { status, out, err } = await piped([], "");
        expect(status).toBe(4);
        expect(out).toContain("this is no all-clear");
        expect(err).toMatch(/^The preview is empty: /);
    });
});

function piped(argv: readonly string[], input: string): Promise<Ended> {
    return new Promise((resolve) => {
        const child = spawn(process.execPath, [BIN, "review", ...argv], { env: BARE });
        let [out, err] = ["", ""];
        child.stdout.on("data", (data) => (out += data));
        child.stderr.on("data", (data) => (err += data));
        child.once("close", (status) => resolve({ status: status ?? -1, out, err }));
        // A command that ends before it reads all closes the pipe.
        child.stdin.on("error", () => {});
        child.stdin.end(input);
    });
}
