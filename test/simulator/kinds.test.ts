import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds/index";
import { CLOUDS } from "../../src/simulator/clouds";
import type { Cloud } from "../../src/simulator/server/kind";
import { Throttle } from "../../src/simulator/server/throttle";

const clouds: readonly Cloud[] = CLOUDS;
const all = clouds.flatMap((cloud) => cloud.kinds.map((kind) => ({ cloud, kind })));
const room = path.resolve(__dirname, "../../src/simulator");

/** The files of a folder, each with its text. */
function filesOf(folder: string): [file: string, text: string][] {
    return readdirSync(path.join(room, folder)).map((file) => [
        `${folder}/${file}`,
        readFileSync(path.join(room, folder, file), "utf8"),
    ]);
}

function twice(names: readonly string[]): string[] {
    return names.filter((name, i) => names.indexOf(name) !== i);
}

describe("the simulated kinds", () => {
    it("are all that the provider has: one that is missing needs a file in src/simulator/<cloud> and a line in its index.ts", () => {
        const simulated = all.flatMap(({ kind }) => kind.names);
        expect(Object.keys(kinds).filter((name) => !simulated.includes(name as never))).toEqual([]);
        expect(twice(simulated)).toEqual([]);
    });

    it("share no field of an entry, and no switch", () => {
        for (const { name, account, kinds } of clouds) {
            const fields = [...Object.keys(account), ...kinds.flatMap(({ world }) => Object.keys(world))];
            expect([name, twice(fields)]).toEqual([name, []]);
        }
        expect(twice(all.flatMap(({ kind }) => Object.keys(kind.undocumented)))).toEqual([]);
    });

    it("have at least two words for each switch", () => {
        for (const [name, words] of all.flatMap(({ kind }) => Object.entries(kind.undocumented))) {
            expect([name, new Set(words as string[]).size]).toEqual([name, (words as string[]).length]);
            expect((words as string[]).length).toBeGreaterThan(1);
        }
    });

    it("name the page of each rate", () => {
        for (const { cloud, kind } of all) {
            for (const { source } of [...kind.rates, ...cloud.rates]) {
                expect(source).toMatch(/^https:\/\//);
            }
        }
    });

    it("have a file of at most 150 lines each", () => {
        const files = clouds
            .flatMap(({ name }) => filesOf(name))
            .filter(([, text]) => /^export const \w+ = kind</m.test(text))
            .map(([file, text]) => ({ file, lines: text.trimEnd().split("\n").length }));
        expect(files).toHaveLength(all.length);
        expect(files.filter(({ lines }) => lines > 150)).toEqual([]);
    });

    it("are named nowhere in the server, nor are their clouds", () => {
        const names = [...clouds.map(({ name }) => name), ...all.flatMap(({ kind }) => kind.names)];
        const named = filesOf("server").flatMap(([file, text]) => {
            const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
            return names.filter((name) => new RegExp(`["'\`./]${name}\\b`).test(code)).map((name) => [file, name]);
        });
        expect(named).toEqual([]);
    });
});

describe("documented rates", () => {
    const rates = all.flatMap(({ cloud, kind }) => [...kind.rates, ...cloud.rates]);

    it.each([
        ["ec2:AcceptVpcEndpointConnections", 10, 1],
        ["ec2:AcceptVpcPeeringConnection", 50, 5],
        ["ec2:DeleteVpcPeeringConnection", 50, 5],
        ["ec2:DescribeVpcPeeringConnections", 100, 20],
        ["vpc:AcceptVpcPeerConnection", 360, 6],
        ["privatelink:EnableVpcEndpointConnection", 200, 3],
    ])("of %s: %i at once, then %i a second", (action, burst, perSecond) => {
        let now = 0;
        const throttle = new Throttle(rates, () => now);
        const allowed = (calls: number) =>
            Array.from({ length: calls }, () => throttle.allows(action, "x")).filter(Boolean);
        expect(allowed(burst + 5)).toHaveLength(burst);
        now += 1_000;
        expect(allowed(burst + 5)).toHaveLength(perSecond);
    });
});
