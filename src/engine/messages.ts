import type { Log } from "./engine-log";
import { resourceName } from "./run";

/** A line for people; cuts are warnings, so that no display hides them. */
export interface Line {
    readonly level: "info" | "warning";
    readonly text: string;
}

/** What one provider process says to the user, attributed to a resource. */
export class Messages {
    private readonly said = new Set<string>();
    private readonly unsent = new Set<Promise<void>>();
    private readonly announced = new Map<string, readonly Line[]>();

    constructor(private readonly log: Log) {}

    /** Says something on a resource each time. */
    report({ level, text }: Line, urn: string | undefined): void {
        const sent = Promise.resolve(this.log(level, text, urn));
        this.unsent.add(sent);
        void sent.finally(() => this.unsent.delete(sent));
    }

    /** Says something on a resource, once per process. */
    say(line: Line, urn: string | undefined): void {
        if (this.first(`${line.level} ${urn ?? ""} ${line.text}`)) {
            this.report(line, urn);
        }
    }

    /** Says something on a resource, once, with its name: not every display says whose line it is. */
    sayNamed(line: Line, urn: string | undefined): void {
        this.say(named(line, urn), urn);
    }

    /** Says something on a resource each time, with its name. */
    reportNamed(line: Line | undefined, urn: string | undefined): void {
        if (line !== undefined) {
            this.report(named(line, urn), urn);
        }
    }

    /** Keeps what is only said in a preview: check cannot always tell. */
    announce(line: Line, urn: string | undefined): void {
        const key = urn ?? "";
        this.announced.set(key, [...(this.announced.get(key) ?? []), line]);
    }

    /** This is a preview: says what was announced of a resource. */
    sayAnnounced(urn: string | undefined): void {
        const key = urn ?? "";
        for (const line of this.announced.get(key) ?? []) {
            this.sayNamed(line, urn);
        }
        this.announced.delete(key);
    }

    /** Whether this is asked for the first time. */
    first(what: string): boolean {
        const isNew = !this.said.has(what);
        this.said.add(what);
        return isNew;
    }

    /** Waits until everything said has left: after its last answer a process may be ended at once. */
    async flush(): Promise<void> {
        await Promise.all(this.unsent);
    }
}

function named({ level, text }: Line, urn: string | undefined): Line {
    return { level, text: urn === undefined ? text : `${resourceName(urn)}: ${text}` };
}
