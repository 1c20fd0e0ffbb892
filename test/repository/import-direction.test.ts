import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const repository = path.resolve(__dirname, "../..");
const SOURCES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "src/*.ts"], {
    cwd: repository,
    encoding: "utf8",
})
    .trim()
    .split("\n");

interface Import {
    readonly from: string;
    /** A file of src, or the name of a package. */
    readonly to: string;
    /** Nothing of it is loaded when the program runs. */
    readonly typeOnly: boolean;
}

/** The rooms of src and the arrows between them, as the picture in docs/architecture.md has them. `-.->`: types only. */
const ARROWS = [
    ...readFileSync(path.join(repository, "docs/architecture.md"), "utf8").matchAll(/^ {4}(\w+) (-->|-\.->) (\w+)$/gm),
].map(([, from, line, to]) => ({ from, to, typeOnly: line !== "-->" }));

/** Each import of a file, also `import("…")` in types and code. */
function importsOf(file: string): Import[] {
    const source = ts.createSourceFile(file, readFileSync(path.join(repository, file), "utf8"), ts.ScriptTarget.ES2022);
    const found: Import[] = [];
    const add = (specifier: string, typeOnly: boolean) =>
        found.push({ from: file, to: resolve(file, specifier), typeOnly });
    const visit = (node: ts.Node): void => {
        if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
            const { importClause } = node;
            const named = importClause?.namedBindings;
            const typeOnly =
                importClause?.isTypeOnly === true ||
                (importClause !== undefined &&
                    importClause.name === undefined &&
                    named !== undefined &&
                    ts.isNamedImports(named) &&
                    named.elements.every((element) => element.isTypeOnly));
            add(node.moduleSpecifier.text, typeOnly);
        } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
            add(node.moduleSpecifier.text, node.isTypeOnly);
        } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
            add((node.argument.literal as ts.StringLiteral).text, true);
        } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
            add((node.arguments[0] as ts.StringLiteral).text, false);
        }
        ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
}

function resolve(file: string, specifier: string): string {
    if (!specifier.startsWith(".")) {
        return specifier;
    }
    const base = path.posix.join(path.posix.dirname(file), specifier);
    return [`${base}.ts`, `${base}/index.ts`].find((candidate) => SOURCES.includes(candidate)) ?? base;
}

/** `kinds` of `src/kinds/aws/cloud.ts`; files beside the rooms are `index`. */
function roomOf(file: string): string {
    return file.split("/").length > 2 ? (file.split("/")[1] as string) : "index";
}

const ALL = SOURCES.flatMap(importsOf);
const CLOUD_FOLDER = /^src\/(kinds|simulator)\/(?!server\/)(\w+)\//;

describe("the direction of imports", () => {
    it("is that of the picture in docs/architecture.md", () => {
        const allowed = ({ from, to, typeOnly }: Import) =>
            ARROWS.some(
                (arrow) => arrow.from === roomOf(from) && arrow.to === roomOf(to) && (typeOnly || !arrow.typeOnly),
            );
        const wrong = ALL.filter(({ to }) => to.startsWith("src/")).filter(
            (one) => roomOf(one.from) !== roomOf(one.to) && !allowed(one),
        );
        expect(wrong).toEqual([]);
    });

    it("has every arrow of the picture", () => {
        const unused = ARROWS.filter(
            (arrow) =>
                !ALL.some(
                    ({ from, to, typeOnly }) =>
                        to.startsWith("src/") &&
                        roomOf(from) === arrow.from &&
                        roomOf(to) === arrow.to &&
                        typeOnly === arrow.typeOnly,
                ),
        );
        expect(unused).toEqual([]);
    });

    it("goes in no circle", () => {
        const loaded = new Map(SOURCES.map((file) => [file, importsOf(file).map(({ to }) => to)]));
        const circles: string[] = [];
        const walk = (file: string, way: readonly string[], done: Set<string>): void => {
            if (way.includes(file)) {
                circles.push([...way.slice(way.indexOf(file)), file].join(" -> "));
            } else if (!done.has(file)) {
                for (const next of loaded.get(file) ?? []) {
                    walk(next, [...way, file], done);
                }
                done.add(file);
            }
        };
        const done = new Set<string>();
        for (const file of SOURCES) {
            walk(file, [], done);
        }
        expect(circles).toEqual([]);
    });

    it("leads from shared code into no cloud's folder", () => {
        const wrong = ALL.filter(
            ({ from, to }) =>
                CLOUD_FOLDER.test(to) &&
                CLOUD_FOLDER.exec(to)?.[2] !== CLOUD_FOLDER.exec(from)?.[2] &&
                !["src/kinds/index.ts", "src/simulator/clouds.ts", "src/program/clouds.ts"].includes(from),
        );
        expect(wrong).toEqual([]);
    });

    it("loads no cloud's SDK in the user's program: of the kinds only settings, which load nothing", () => {
        const isSettings = (file: string) => /^src\/kinds\/\w+\/settings\.ts$/.test(file);
        const loads = ALL.filter(({ typeOnly }) => !typeOnly);
        const wrong = loads.filter(
            ({ from, to }) =>
                isSettings(from) ||
                (["program", "index"].includes(roomOf(from)) && to.startsWith("src/kinds/") && !isSettings(to)),
        );
        expect(wrong).toEqual([]);
    });

    it("keeps Pulumi's SDK to the user's program and the engine room, and decisions pure", () => {
        const wrong = ALL.filter(
            ({ from, to }) =>
                (to.startsWith("@pulumi/") && !["program", "engine", "plugin"].includes(roomOf(from))) ||
                (to.startsWith("node:") && roomOf(from) === "decision"),
        );
        expect(wrong).toEqual([]);
    });

    it("a kind's own file is at most 150 lines: what belongs to its service stands beside it", () => {
        const files = ALL.filter(({ from, to }) => from === "src/kinds/index.ts" && CLOUD_FOLDER.test(to)).map(
            ({ to }) => to,
        );
        const lines = (file: string) => readFileSync(path.join(repository, file), "utf8").trimEnd().split("\n").length;
        expect(files.length).toBeGreaterThan(10);
        expect(files.filter((file) => lines(file) > 150)).toEqual([]);
    });
});
