import { Semaphore } from "async-mutex";
import { CloudError, type Environment } from "../clouds/cloud";
import type { Connection } from "../connection";
import { idField } from "../decision/admission-arguments";
import type { ConnectionKind, Observed } from "../kinds/kind";
import { kinds } from "../kinds/registry";
import { MemoryLedger } from "../ledger";
import { Context } from "../provider/context";
import type { Clock } from "../reconcile/clock";
import { DecisionError } from "../reconcile/decide";
import type { Target } from "../reconcile/session";

/** Where to look. Nothing chosen: every kind whose credentials and region are there. */
export interface Choice {
    readonly kinds: readonly string[];
    readonly regions: readonly string[];
    /** Ids of scopes, an endpoint service for example; nothing chosen: all of them. */
    readonly scopes: readonly string[];
}

/** A request that waits for a decision. */
export interface Request {
    readonly connection: Connection;
    /** `endpoint service vpce-svc-… in eu-west-1`. */
    readonly scope: string;
    readonly seen: Observed;
}

export interface Inbox {
    readonly requests: readonly Request[];
    /** What could not be read, and why. */
    readonly failed: readonly string[];
    /** What was left out because nothing is set up for it. */
    readonly skipped: readonly string[];
}

/** Requests to a cloud under way at once. */
const AT_ONCE = 8;

/** Everything that is pending in the chosen places, read in parallel. One place that fails hides no other. */
export async function readInbox(
    choice: Choice,
    environment: Environment,
    clock: Clock,
    progress: (done: number, all: number) => void,
): Promise<Inbox> {
    const context = new Context({
        environment,
        clock,
        log: () => {},
        ledger: new MemoryLedger(),
        signal: new AbortController().signal,
        newToken: () => "",
    });
    const slots = new Semaphore(AT_ONCE);
    const requests: Request[] = [];
    const failed: string[] = [];
    const skipped: string[] = [];
    let done = 0;
    const places = placesOf(choice);
    let all = places.length;
    const step = async (name: string, expected: boolean, work: () => Promise<void>) => {
        try {
            await slots.runExclusive(work);
        } catch (error) {
            if (!(error instanceof CloudError) && !(error instanceof DecisionError)) {
                throw error;
            }
            const nothingThere = error instanceof DecisionError || error.failure === "credentials";
            (nothingThere && !expected ? skipped : failed).push(`${name}: ${error.message.replaceAll("\n", " ")}`);
        }
        done += 1;
        progress(done, all);
    };
    await Promise.all(
        places.map(async ({ kind, region }) => {
            const name = [kind.name, region].filter((part) => part !== undefined).join(" in ");
            const expected = choice.kinds.includes(kind.name);
            let scopes: readonly Readonly<Record<string, string>>[] = [];
            await step(name, expected, async () => {
                const any = await targetOf(context, kind, region, {});
                await any.session.account();
                const found = await any.session.reading(() => kind.discover(any.address.scope, any.session.call));
                scopes = found.filter(
                    (fields) =>
                        choice.scopes.length === 0 || Object.values(fields).some((id) => choice.scopes.includes(id)),
                );
            });
            all += scopes.length;
            await Promise.all(
                scopes.map((fields) =>
                    step(`${name} ${Object.values(fields).join(" ")}`.trim(), true, async () => {
                        const any = await targetOf(context, kind, region, fields);
                        const { scope } = any.address;
                        const reading = await context.reconciler.inventory.readAll(any);
                        if (reading.state !== "found") {
                            const why = reading.state === "unreadable" ? reading.why : "it is gone";
                            failed.push(`${scope.title}: ${why}`);
                            return;
                        }
                        const place = {
                            ...(typeof scope.facts.region === "string" ? { region: scope.facts.region } : {}),
                        };
                        for (const seen of reading.all.filter(({ status }) => status === "pending")) {
                            requests.push({
                                connection: {
                                    kind: kind.name,
                                    ...place,
                                    ...fields,
                                    [idField(kind)]: seen.id,
                                } as unknown as Connection,
                                scope: scope.title,
                                seen,
                            });
                        }
                    }),
                ),
            );
        }),
    );
    return { requests: requests.sort(byAge), failed: failed.sort(), skipped: skipped.sort() };
}

interface Place {
    readonly kind: ConnectionKind;
    /** Undefined: the kind's default. */
    readonly region: string | undefined;
}

function placesOf(choice: Choice): Place[] {
    return Object.values(kinds)
        .filter(({ name }) => choice.kinds.length === 0 || choice.kinds.includes(name))
        .flatMap((kind): Place[] => {
            const regions = choice.regions.filter((region) => kind.fields.region?.format.test(region));
            return kind.fields.region === undefined || choice.regions.length === 0
                ? [{ kind, region: undefined }]
                : regions.map((region) => ({ kind, region }));
        });
}

/** Any connection of a place; fields that only tell scopes apart are not known before they are discovered. */
function targetOf(
    context: Context,
    kind: ConnectionKind,
    region: string | undefined,
    fields: Readonly<Record<string, string>>,
): Promise<Target> {
    const required = Object.entries(kind.fields).filter(([, field]) => field.required);
    return context.target({
        kind: kind.name,
        ...Object.fromEntries(required.map(([name]) => [name, "*"])),
        ...(region === undefined ? {} : { region }),
        ...fields,
    } as unknown as Connection);
}

/** What has waited longest first. */
function byAge(a: Request, b: Request): number {
    return (a.seen.requestedAt ?? "9").localeCompare(b.seen.requestedAt ?? "9") || a.seen.id.localeCompare(b.seen.id);
}
