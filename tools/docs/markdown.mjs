/** Small pieces of Markdown. */

export function table(head, rows) {
    const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function code(text) {
    return `\`${text}\``;
}

export function codes(texts) {
    return texts.map(code).join(", ");
}

/** A source: an address with a note, or a note. */
export function link(source) {
    const [url = "", ...note] = source.split(" ");
    return url.startsWith("https://")
        ? `[${new URL(url).hostname}](${url})${note.length === 0 ? "" : ` ${note.join(" ")}`}`
        : source;
}

/** A list of sentences as a bulleted list. */
export function bullets(items) {
    return items.map((item) => `- ${item}`).join("\n");
}

/** A sentence that begins with a capital and ends with a full stop. */
export function sentence(text) {
    const end = /[.!?)]$/.test(text) ? "" : ".";
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}
