import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, it, onTestFinished } from "vitest";
import { kinds } from "../../src/kinds";
import { deadLinks, reachedFrom } from "../support/links";

const run = promisify(execFile);
const repository = path.resolve(__dirname, "../..");

/** Everything that pages link to. */
const FILES = new Map(
    ["README.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", ...filesBelow("docs"), ...filesBelow("examples")].map(
        (name) => [name, readFileSync(path.join(repository, name), "utf8")] as const,
    ),
);

describe("the pages", () => {
    it("have no dead link", () => {
        expect(deadLinks(FILES)).toEqual([]);
    });

    it("would be found with one", () => {
        const one = new Map([
            [
                "a.md",
                "[b](b.md), [gone](c.md), [part](b.md#here), [no part](b.md#there), [elsewhere](https://example.com)",
            ],
            ["b.md", "# Here"],
        ]);
        expect(deadLinks(one)).toEqual(["a.md: c.md", "a.md: b.md#there"]);
    });

    it("are all reached from docs/README.md, and that one from README.md", () => {
        const reached = reachedFrom(FILES, "docs/README.md");
        const pages = [...FILES.keys()].filter((name) => name.startsWith("docs/"));
        expect(pages.filter((name) => !reached.has(name))).toEqual([]);
        expect(reachedFrom(FILES, "README.md")).toContain("docs/README.md");
    });

    it("start with a README of at most 150 lines", () => {
        expect(page("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
    });
});

describe("docs/getting-started.md", () => {
    it("asks for the permissions of the kind, and no others", () => {
        const policies = [...page("docs/getting-started.md").matchAll(/```json\n([\s\S]*?)```/g)].map(
            ([, text = ""]) => JSON.parse(text).Statement[0].Action,
        );
        const { read, accept, reject } = kinds["aws:vpcEndpoint"].permissions;
        expect(policies).toEqual([read, [...accept, ...reject]]);
    });
});

describe("docs/configuration.md", () => {
    it("names every variable that holds an endpoint", () => {
        const variables = Object.values(kinds).flatMap(({ cloud }) => cloud.endpointVariables);
        expect(
            [...new Set(variables)].filter((name) => !page("docs/configuration.md").includes(`\`${name}\``)),
        ).toEqual([]);
    });

    it("names every variable that a default is found in", () => {
        const defaults = Object.values(kinds).flatMap(({ cloud }) => Object.values(cloud.defaults ?? {}));
        const variables = defaults
            .flatMap(({ chain }) => chain)
            .flatMap((text) => text.match(/\b[A-Z]{2,}_[A-Z_]+\b/g) ?? []);
        expect(
            [...new Set(variables)].filter((name) => !page("docs/configuration.md").includes(`\`${name}\``)),
        ).toEqual([]);
    });
});

describe("docs/troubleshooting.md", () => {
    const messages = [...page("docs/troubleshooting.md").matchAll(/^### `(.*)`$/gm)].map(([, message = ""]) => message);
    const source = sourceTexts();

    it.each(messages)("quotes what the source says: %s", (message) => {
        expect(source.some((text) => says(text, message))).toBe(true);
    });

    it("would be found with another message", () => {
        expect(source.some((text) => says(text, "This connection cannot be red, so it does not count."))).toBe(false);
    });
});

describe("docs/testing.md", () => {
    it("has mocks that run", async () => {
        const [, block = ""] = /<!-- run -->\n```ts\n([\s\S]*?)```/.exec(page("docs/testing.md")) ?? [];
        const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
        symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
        const { outputText } = ts.transpileModule(block, {
            compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
        });
        const script = path.join(folder, "program.js");
        writeFileSync(script, outputText);
        await run(process.execPath, [script], { cwd: folder });
        writeFileSync(script, outputText.replace('"111122223333", "vpce', '"999988887777", "vpce'));
        await expect(run(process.execPath, [script], { cwd: folder })).rejects.toThrow("999988887777");
    });
});

function page(name: string): string {
    return FILES.get(name) ?? "";
}

function filesBelow(folder: string): string[] {
    return readdirSync(path.join(repository, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(repository, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
        .filter((name) => !/(^|\/)(node_modules|dist|api)\/|\/Pulumi\..+\.yaml$/.test(name));
}

/** The texts in the source: literals, and templates in which `…` stands for what is put in. */
function sourceTexts(): string[] {
    const room = path.join(repository, "src");
    const files = readdirSync(room, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    return files.flatMap((file) => {
        const texts: string[] = [];
        const visit = (node: ts.Node): void => {
            if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
                texts.push(node.text);
            } else if (ts.isTemplateExpression(node)) {
                texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…"));
            }
            ts.forEachChild(node, visit);
        };
        visit(ts.createSourceFile(file, readFileSync(path.join(room, file), "utf8"), ts.ScriptTarget.ES2022));
        return texts;
    });
}

/** Whether a text of the source is most of that message, or has it in it. `…` of a text stands for anything. */
function says(text: string, message: string): boolean {
    const words = (of: string) => of.replaceAll("…", "").trim().length;
    const pattern = text
        .split("…")
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*");
    return words(text) >= words(message) / 2 && (new RegExp(pattern).test(message) || text.includes(message));
}
