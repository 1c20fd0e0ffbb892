import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = path.resolve(__dirname, "../..");
const biome = path.join(repository, "node_modules/@biomejs/biome/bin/biome");

/** The repository's rules over an empty tree of the same shape. */
let tree: string;
beforeAll(() => {
    tree = mkdtempSync(path.join(tmpdir(), "connection-decision-lint-"));
    const {
        vcs: _vcs,
        $schema: _schema,
        ...rules
    } = JSON.parse(readFileSync(path.join(repository, "biome.json"), "utf8"));
    writeFileSync(path.join(tree, "biome.json"), JSON.stringify(rules));
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** What the lint rule says of an import in a file of that name. */
function lint(file: string, specifier: string): string {
    mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
    writeFileSync(path.join(tree, file), `import { thing } from "${specifier}";\nexport const used = thing;\n`);
    try {
        return execFileSync(process.execPath, [biome, "lint", file], { cwd: tree, encoding: "utf8", stdio: "pipe" });
    } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        return stdout + stderr;
    }
}

describe("the direction of imports", () => {
    it.each([
        ["src/connection.ts", "./kinds/registry"],
        ["src/clouds/aws.ts", "../kinds/kind"],
        ["src/kinds/aws/vpc-endpoint.ts", "../../reconcile/batch"],
        ["src/kinds/aws/vpc-endpoint.ts", "@pulumi/pulumi"],
        ["src/decision/plan.ts", "../clouds/aws"],
        ["src/decision/plan.ts", "../kinds/aws/vpc-endpoint"],
        ["src/decision/plan.ts", "node:fs"],
        ["src/reconcile/batch.ts", "../kinds/aws/vpc-endpoint"],
        ["src/reconcile/batch.ts", "../provider/check"],
        ["src/reconcile/batch.ts", "@pulumi/pulumi"],
        ["src/provider/check.ts", "../kinds/aws/vpc-endpoint"],
        ["src/provider/check.ts", "../simulator/index"],
        ["src/connection-decision.ts", "./provider/check"],
        ["src/connection-decision.ts", "./kinds/registry"],
        ["src/simulator/index.ts", "../kinds/aws/vpc-endpoint"],
        ["src/simulator/server/state.ts", "../aws/ec2"],
        ["src/simulator/aws/ec2.ts", "../../kinds/aws/vpc-endpoint"],
    ])("forbids %s to import %s", (file, specifier) => {
        expect(lint(file, specifier)).toContain("noRestrictedImports");
    });

    it.each([
        ["src/provider/check.ts", "../decision/plan"],
        ["src/provider/check.ts", "../kinds/registry"],
        ["src/reconcile/batch.ts", "../kinds/kind"],
        ["src/decision/plan.ts", "../kinds/kind"],
        ["src/kinds/aws/vpc-endpoint.ts", "../../clouds/aws"],
        ["src/connection-decision.ts", "./connection"],
    ])("allows %s to import %s", (file, specifier) => {
        expect(lint(file, specifier)).not.toContain("noRestrictedImports");
    });

    it("names no kind in shared code", () => {
        const shared = ["src/decision", "src/reconcile", "src/provider", "src/kinds/kind.ts", "src/kinds/receipt.ts"];
        const named = ["vpcEndpoint", "openSearchInbound", "vpcPeering"].flatMap((kind) => {
            try {
                return execFileSync("git", ["grep", "-n", kind, "--", ...shared], { cwd: repository, encoding: "utf8" })
                    .trim()
                    .split("\n");
            } catch {
                return [];
            }
        });
        expect(
            named.filter((line) => !/^\S+:\d+:\s*(\*|\/\/|\/\*\*)/.test(line) && !line.includes("for example")),
        ).toEqual([]);
    });
});
