import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import schema from "../../src/plugin/schema.json";

/** The YAML example cannot run here: no host of that language. What can be checked is checked: every name in it. */
const { load } = createRequire(require.resolve("@pulumi/pulumi"))("js-yaml") as { load(text: string): unknown };
const file = path.resolve(__dirname, "../../examples/languages/yaml/Pulumi.yaml");

interface Shape {
    readonly $ref?: string;
    readonly type?: string;
    readonly items?: Shape;
    readonly additionalProperties?: Shape;
    readonly properties?: Readonly<Record<string, Shape>>;
    readonly required?: readonly string[] | undefined;
    readonly enum?: readonly { readonly value: string }[];
}
interface Resource {
    readonly inputProperties: Readonly<Record<string, Shape>>;
    readonly requiredInputs: readonly string[];
    readonly properties: Readonly<Record<string, Shape>>;
}
interface Program {
    readonly runtime: string;
    readonly variables: Readonly<Record<string, unknown>>;
    readonly resources: Readonly<Record<string, { readonly type: string; readonly properties: object }>>;
    readonly outputs: Readonly<Record<string, string>>;
}
type Package = { readonly types: Record<string, Shape>; readonly resources: Record<string, Resource> };
const { types, resources } = schema as unknown as Package;

/** What is wrong with a program by the schema, a line each. */
function problemsOf(program: Program): string[] {
    const declared = Object.entries(program.resources).flatMap(([name, { type, properties }]) => {
        const { inputProperties: shapes, requiredInputs } = resources[type] ?? {};
        return shapes === undefined
            ? [`${name}: no type ${type}`]
            : mismatches(name, properties, { properties: shapes, required: requiredInputs });
    });
    return [...declared, ...JSON.stringify(program).matchAll(/\$\{(\w+)(?:\.(\w+))?\}/g)].flatMap((found) =>
        typeof found === "string" ? [found] : brokenReference(program, found[1] ?? "", found[2]),
    );
}

function brokenReference({ variables, resources: own }: Program, name: string, output?: string): string[] {
    const type = own[name]?.type;
    const known =
        output === undefined ? name in variables : type !== undefined && output in (resources[type]?.properties ?? {});
    return known ? [] : [`nothing is called ${name}${output === undefined ? "" : `.${output}`}`];
}

function mismatches(at: string, value: unknown, shape: Shape): string[] {
    const meant: Shape = shape.$ref?.startsWith("#/types/")
        ? (types[shape.$ref.slice("#/types/".length)] ?? {})
        : shape;
    if (meant.enum !== undefined) {
        return meant.enum.some((word) => word.value === value) ? [] : [`${at}: ${value} is none of its words`];
    }
    if (meant.properties !== undefined) {
        const given = value as Record<string, unknown>;
        const missing = (meant.required ?? []).filter((name) => !(name in given));
        return [
            ...missing.map((name) => `${at}: ${name} is missing`),
            ...Object.entries(given).flatMap(([name, inner]) => {
                const property = meant.properties?.[name];
                return property === undefined
                    ? [`${at}: ${name} is not in the schema`]
                    : mismatches(`${at}.${name}`, inner, property);
            }),
        ];
    }
    if (meant.type === "array") {
        return Array.isArray(value)
            ? value.flatMap((item, n) => mismatches(`${at}[${n}]`, item, meant.items ?? {}))
            : [`${at} is no list`];
    }
    const sameType = meant.type === undefined || meant.type === "object" || typeof value === meant.type;
    return sameType ? [] : [`${at} is no ${meant.type}`];
}

describe("the YAML example, which is not run", () => {
    const program = load(readFileSync(file, "utf8")) as Program;

    it("has no name that the schema does not have", () => {
        expect(program.runtime).toBe("yaml");
        expect(Object.values(program.resources).map(({ type }) => type)).toEqual(Object.keys(resources));
        expect(problemsOf(program)).toEqual([]);
    });

    it("would not pass with a wrong one", () => {
        const text = readFileSync(file, "utf8");
        const wrong = [
            ["endpointId:", "endpoint:", "analytics.connection: endpoint is not in the schema"],
            ["verdict: reject", "verdict: deny", "ledger.rules[0].verdict: deny is none of its words"],
            ["decision: accept", "reason: CHG-1", "analytics: decision is missing"],
            [
                ["except:", "- ${analytics"].join("\n                "),
                "except: ${analytics",
                "ledger.except is no list",
            ],
            ["ledger.verdicts}", "ledger.verdict}", "nothing is called ledger.verdict"],
            ["{service}", "{services}", "nothing is called services"],
            ["index:ConnectionAdmission", "index:Admission", "ledger: no type connections:index:Admission"],
        ] as const;
        for (const [good, bad, problem] of wrong) {
            const changed = text.replace(good, bad).replace(/^( +)reason: CHG-2041.*\n/m, "");
            expect(problemsOf(load(changed) as Program)).toContain(problem);
        }
    });
});
