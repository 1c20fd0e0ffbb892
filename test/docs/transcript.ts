import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { cliEnv, pulumiFolder } from "../support/cli";

const repository = path.resolve(__dirname, "../..");
const run = promisify(execFile);

/** `UPDATE_DOCS=1 npx vitest run test/docs/transcripts.test.ts` writes what the commands print into the pages. */
const UPDATE = process.env.UPDATE_DOCS === "1";

/** A folder in which a page's commands run as in a reader's project that has installed the package. */
export interface Project {
    readonly folder: string;
    /** What a command prints, and its status. */
    shell(command: string): Promise<{ readonly status: number; readonly text: string }>;
}

/** A folder of somebody who has installed the package: `bin/npx` there finds its command. Gone after the test. */
export function readersFolder(): string {
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(path.join(folder, "bin"));
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    // What npx finds in a project that has installed the package.
    writeFileSync(path.join(folder, "bin/npx"), `#!/bin/sh\nshift\nexec node "${repository}/dist/cli/main.js" "$@"\n`, {
        mode: 0o755,
    });
    writeFileSync(path.join(folder, "package.json"), "{}");
    return folder;
}

export async function newProject(name: string, env: Readonly<Record<string, string>>): Promise<Project> {
    const bin = pulumiFolder();
    const folder = readersFolder();
    writeFileSync(path.join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    const environment = {
        ...process.env,
        ...(await cliEnv()),
        ...env,
        PATH: `${path.join(folder, "bin")}${path.delimiter}${bin}${path.delimiter}${process.env.PATH}`,
        PULUMI_HOME: path.join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_NON_INTERACTIVE: "true",
        // The pages' programs are compiled in test/examples.
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        COLUMNS: "100",
    };
    return {
        folder,
        shell: (command) =>
            run("sh", ["-c", `exec 2>&1; ${command}`], { cwd: folder, env: environment }).then(
                ({ stdout }) => ({ status: 0, text: stdout }),
                ({ code, stdout }) => ({ status: code as number, text: stdout }),
            ),
    };
}

/**
 * Runs the `console` blocks of a page from top to bottom, and writes its blocks of code that a mark names (`<!-- file: index.ts -->`) into
 * the folder on the way. What is printed must be what the page shows; `...` on a line of its own stands for any lines, see `fits`. `elsewhere` holds what
 * happens outside of the project, by the beginning of its command.
 */
export async function follow(
    page: string,
    project: Project,
    elsewhere: Readonly<Record<string, () => void>> = {},
): Promise<Difference[]> {
    const file = path.join(repository, page);
    let text = readFileSync(file, "utf8");
    const differences: Difference[] = [];
    for (const block of text.matchAll(/(?:<!-- file: (\S+) -->\n)?```(\w+)\n([\s\S]*?)```/g)) {
        const [all, target, language, content = ""] = block;
        if (target !== undefined) {
            writeFileSync(path.join(project.folder, target), content);
        } else if (language === "console") {
            const shown = await transcript(content, project, elsewhere);
            differences.push(...shown.differences);
            text = text.replace(
                all,
                all.replace(content, () => shown.text),
            );
        }
    }
    if (UPDATE) {
        writeFileSync(file, text);
        return [];
    }
    return differences;
}

/** A command that printed something else than its page shows. */
export interface Difference {
    readonly command: string;
    readonly page: string;
    readonly printed: string;
}

/** A block's commands, each with what it prints. */
async function transcript(
    content: string,
    project: Project,
    elsewhere: Readonly<Record<string, () => void>>,
): Promise<{ text: string; differences: Difference[] }> {
    const differences: Difference[] = [];
    const parts: string[] = [];
    for (const part of content.split(/^(?=\$ )/m)) {
        const [first = "", ...shown] = part.split("\n");
        const command = first.slice(2);
        const other = Object.keys(elsewhere).find((start) => command.startsWith(start));
        if (other !== undefined) {
            elsewhere[other]?.();
            parts.push(part);
            continue;
        }
        const page = shown.join("\n").trimEnd();
        const printed = tidy((await project.shell(command)).text);
        if (fits(page, printed)) {
            parts.push(part);
        } else {
            differences.push({ command, page, printed });
            parts.push([first, ...(printed === "" ? [] : [printed]), ""].join("\n"));
        }
    }
    return { text: parts.join(""), differences };
}

/** Without what differs from run to run: how long it took, and the empty lines around. */
function tidy(text: string): string {
    return text
        .replace(/^Duration: .*\n?/gm, "")
        .replace(/[ \t]+$/gm, "")
        .replace(/\n{3,}/g, "\n\n")
        .trim();
}

/**
 * Whether a page shows what was printed. Times are any times. Where lines are left out (`...`), the parts between may come in any order:
 * the engine works on several resources at once.
 */
function fits(page: string, printed: string): boolean {
    const anyTime = (text: string) => `\n${text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")}\n`;
    const [first = "", ...others] = anyTime(page).split(/\n *\.\.\.(?=\n)/);
    const all = anyTime(printed);
    const last = others.at(-1);
    return last === undefined
        ? all === first
        : all.startsWith(first) && all.endsWith(last) && others.every((part) => all.includes(part.trimEnd()));
}
