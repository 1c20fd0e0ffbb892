import path from "node:path";

/** Files by their paths, `docs/kinds.md`, with what is in them. */
export type Files = ReadonlyMap<string, string>;

/** Links of Markdown files that lead nowhere among these files: `docs/a.md: missing.md`. Addresses of other sites are not followed. */
export function deadLinks(files: Files): string[] {
    const pages = [...files].filter(([name]) => name.endsWith(".md"));
    return pages.flatMap(([name, text]) =>
        linksOf(text)
            .filter((link) => !leadsSomewhere(files, name, link))
            .map((link) => `${name}: ${link}`),
    );
}

/** The pages that links lead to from one, itself included. */
export function reachedFrom(files: Files, start: string): ReadonlySet<string> {
    const reached = new Set<string>();
    const next = [start];
    for (let name = next.pop(); name !== undefined; name = next.pop()) {
        const text = files.get(name);
        if (text === undefined || reached.has(name)) {
            continue;
        }
        reached.add(name);
        if (name.endsWith(".md")) {
            const from = name;
            next.push(...linksOf(text).map((link) => target(from, link)));
        }
    }
    return reached;
}

/** Relative links, without those in code. */
function linksOf(text: string): string[] {
    const prose = text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "code");
    return [...prose.matchAll(/\]\(([^()\s]+)\)/g)]
        .map(([, link = ""]) => link)
        .filter((link) => !/^[a-z]+:/.test(link));
}

function target(from: string, link: string): string {
    const [file = ""] = link.split("#");
    return file === "" ? from : path.posix.normalize(path.posix.join(path.posix.dirname(from), file));
}

function leadsSomewhere(files: Files, from: string, link: string): boolean {
    const file = target(from, link);
    const [, anchor] = link.split("#");
    const text = files.get(file);
    if (text === undefined) {
        // A folder.
        return anchor === undefined && [...files.keys()].some((name) => name.startsWith(`${file}/`));
    }
    return anchor === undefined || anchorsOf(text).has(anchor);
}

/** The anchors of a page, as GitHub and npm make them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
    const anchors = new Set<string>();
    for (const [, heading = ""] of text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.*)$/gm)) {
        const plain = heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N}\s_-]/gu, "")
            .replace(/\s/g, "-");
        const repeated = [...anchors].filter((one) => one === plain || one.startsWith(`${plain}-`)).length;
        anchors.add(anchors.has(plain) ? `${plain}-${repeated}` : plain);
    }
    return anchors;
}
