import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { type ConnectionKindName, kinds } from "../../src/kinds";
import { lifecyclesOf } from "../../src/kinds/lifecycle";
import { sendsOf } from "../support/kind-data";
import { lifecycleRowsOf, ROWS } from "../support/kind-rows";

/** A kind whose rows are missing, or lack something that the suites need, is named here with what is missing. */
const KINDS = Object.values(kinds);

it("every kind has a file of rows", () => {
    expect(KINDS.filter(({ name }) => !ROWS.has(name as ConnectionKindName)).map(missingFile)).toEqual([]);
});

it("every file of rows is about kinds that there are, each about its own", () => {
    const named = readdirSync(__dirname).flatMap((file) =>
        file.endsWith(".test.ts") ? [] : [path.join("test/kinds", file)],
    );
    expect(named.sort()).toEqual([...new Set(KINDS.map(({ name }) => rowsFile(name)))].sort());
    expect([...ROWS.keys()].filter((name) => kinds[name] === undefined)).toEqual([]);
});

it.each([...ROWS])("the rows of %s have what its suites need", (name, rows) => {
    const kind = kinds[name];
    const tables = lifecycleRowsOf(rows);
    const lacks = (what: string, needed: boolean) => (needed ? [`${rowsFile(name)} lacks ${what}`] : []);
    const { answers } = rows;
    expect([
        ...lifecyclesOf(kind).flatMap(([table]) =>
            lacks(`rows of the lifecycle table ${table}`, !tables.some(([one]) => one === table)),
        ),
        ...Object.keys(sendsOf(kind)).flatMap((action) => [
            ...lacks(`calls.${action}`, !Object.hasOwn(rows.calls, action)),
            ...lacks(`answers.sent.${action}`, !Object.hasOwn(answers.sent, action)),
        ]),
        ...lacks("answers.lookup", kind.lookup !== undefined && answers.lookup === undefined),
        ...lacks("answers.scope", kind.describe !== undefined && answers.scope === undefined),
        ...lacks("accessKeyId", kind.probe !== undefined && rows.accessKeyId === undefined),
        ...tables.flatMap(([table, { states }]) =>
            missingStates(name, states, table).flatMap((what) => lacks(what, true)),
        ),
    ]).toEqual([]);
});

it("a kind without rows is named with the file that is missing", () => {
    const [first] = KINDS;
    expect(first && missingFile(first)).toMatch(/^test\/kinds\/[a-z-]+\.ts is missing: rows of [a-z]+:[A-Za-z]+$/);
});

/** Cloud's words without a state in the rows. States may say more than the word: `Approved, Deleting`. */
function missingStates(name: ConnectionKindName, states: object, table: string): string[] {
    const known = Object.keys(states).map((state) => state.split(", ")[0]?.toLowerCase());
    const words = Object.keys(kinds[name].statuses).filter((word) => !known.includes(word.toLowerCase()));
    return words.map((word) => `the state ${word} ${table}`.trim());
}

function missingFile({ name }: { name: string }): string {
    return `${rowsFile(name)} is missing: rows of ${name}`;
}

/** The file of rows belongs to the kind's own file: src/kinds/aws/vpc-peering.ts, test/kinds/aws-vpc-peering.ts. */
function rowsFile(name: string): string {
    const room = path.resolve(__dirname, "../../src/kinds");
    const files = readdirSync(room, { recursive: true, encoding: "utf8" }).filter((file) => file.includes(path.sep));
    const own = files.find((file) => {
        const text = readFileSync(path.join(room, file), "utf8");
        return text.includes("defineKind<") && text.includes(`"${name}"`);
    });
    return `test/kinds/${(own ?? `${name.replace(":", "/")}.ts`).split(path.sep).join("-")}`;
}
