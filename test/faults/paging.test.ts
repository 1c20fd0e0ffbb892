import { describe, expect, it } from "vitest";
import type { ConnectionKindName } from "../../src/kinds";
import { Session } from "../../src/place/session";
import type { Target } from "../../src/place/target";
import { Inventory } from "../../src/reconcile/inventory";
import { ec2, IDENTITY } from "../support/answers";
import { type Answer, placeAt, startHostile } from "../support/hostile-server";
import { ROWS, rowsOf } from "../support/kind-rows";

/** Clouds whose listings have no end. Time is virtual: each answer takes a second of it. */
const NAMES = [...ROWS.keys()];
const COUNTED = NAMES.filter((name) => rowsOf(name).answers.pages.by === "count");
const LINKED = NAMES.filter((name) => !COUNTED.includes(name));

/** One page as the API writes it: the n-th connections, and where the next page starts, if there is one. */
function pageOf(name: ConnectionKindName) {
    const { pages } = rowsOf(name).answers;
    return (ns: readonly number[], next?: string) => (url: string) => pages.page(ns, next, url);
}

/** The sought connection in a cloud that answers each listing with `page`. Lookups find nothing, and count no call. */
async function seek(name: ConnectionKindName, page: (index: number) => (url: string) => string) {
    let listed = 0;
    let now = Date.now();
    const { lookup, scope: described } = rowsOf(name).answers;
    const { url } = await startHostile(({ action, url: asked, body }): Answer => {
        now += 1_000;
        if (action === "GetCallerIdentity") {
            return { body: IDENTITY };
        }
        if (described?.asks.test(action)) {
            return { body: described.found };
        }
        if (lookup?.asks.test(`${action} ${asked.search} ${body}`)) {
            return lookup.refused ?? { body: pageOf(name)([])(url) };
        }
        return { body: page(listed++)(url) };
    });
    const pass = (ms: number) => {
        now += ms;
    };
    const clock = { now: () => now, random: () => 0.5, sleep: async (ms: number) => pass(ms) };
    const { kind, scope, call, id } = placeAt(name, url, clock.now);
    const session = new Session("key", call.clients, async () => "account", clock, call.signal, false);
    const target: Target = { kind, address: { scope, key: `${scope.key}/${id}`, id }, session };
    return { inventory: new Inventory(), target, listed: () => listed, pass };
}

/** Its page n, and how many of them are asked for at most. */
const ENDLESS: Readonly<Record<string, { page: (n: number) => [number[], string]; most: number; why: RegExp }>> = {
    "the same page for ever": { page: () => [[1, 2], "same"], most: 2, why: /came again|repeats/ },
    "one token for ever, new connections": { page: (n) => [[n], "same"], most: 2, why: /came again/ },
    "tokens that go round": { page: (n) => [[n], `t${n % 7}`], most: 8, why: /came again/ },
    "new tokens, the same connections": { page: (n) => [[1, 2], `t${n}`], most: 2, why: /repeats what was listed/ },
    "empty pages": { page: (n) => [[], `t${n}`], most: 21, why: /21 empty pages in a row/ },
    "new pages for ever": { page: (n) => [[n], `t${n}`], most: 301, why: /not read to its end within 5 minutes/ },
};

describe.each(LINKED)("%s", (name) => {
    it.each(Object.entries(ENDLESS))("%s: unreadable", async (_what, { page, most, why }) => {
        const { inventory, target, listed, pass } = await seek(name, (n) => pageOf(name)(...page(n)));
        expect(await inventory.readAll(target)).toMatchObject({ state: "unreadable", why: expect.stringMatching(why) });
        expect(listed()).toBeLessThanOrEqual(most);
        // Neighbours do not each follow it to its limit; after a while it is tried again.
        const before = listed();
        expect(await inventory.readAll(target)).toMatchObject({ state: "unreadable" });
        expect(listed()).toBe(before);
        pass(60_000);
        expect(await inventory.readAll(target)).toMatchObject({ state: "unreadable" });
        expect(listed()).toBeGreaterThan(before);
    });

    it("some empty pages, and then the end: all of it", async () => {
        const { inventory, target, listed } = await seek(name, (n) =>
            n < 20 ? pageOf(name)([], `t${n}`) : pageOf(name)([7]),
        );
        expect(await inventory.readAll(target)).toMatchObject({ state: "found", all: [{ status: "unknown" }] });
        expect(listed()).toBe(21);
    });
});

describe.each(COUNTED)("%s", (name) => {
    const page = pageOf(name);

    it.each([
        ["with the same connections", (_n: number) => [1, 2], 2, /repeats what was listed/],
        ["with new connections", (n: number) => [n], 301, /not read to its end within 5 minutes/],
        ["with none", (_n: number) => [], 5, /an empty page at 0 of 9007199254740992/],
    ] as const)("a count of 2^53 %s: unreadable", async (_what, ns, most, why) => {
        const { inventory, target, listed } = await seek(name, (n) => page(ns(n), "more"));
        expect(await inventory.readAll(target)).toMatchObject({ state: "unreadable", why: expect.stringMatching(why) });
        expect(listed()).toBeLessThanOrEqual(most);
    });
});

describe("reads of single connections", () => {
    it.each(NAMES)("%s: from a listing without end they are unreadable, in fresh reads too", async (name) => {
        const { inventory, target, listed } = await seek(name, () => pageOf(name)([1, 2], "same"));
        // More than are looked up one by one.
        const many = Array.from({ length: 400 }, (_, n) => ({
            ...target,
            address: { ...target.address, id: `${target.address.id}${n}` },
        }));
        const readings = await inventory.readNow(many);
        expect(new Set([...readings.values()].map(({ state }) => state))).toEqual(new Set(["unreadable"]));
        expect(listed()).toBe(2);
    });
});

describe("lists of services and lookups", () => {
    it.each([
        ["aws:vpcEndpoint", (n: number) => servicesOf([n], "same")],
        ["aws:vpcEndpoint", (n: number) => servicesOf([1], `t${n}`)],
        ["alibaba:privateLinkEndpoint", () => '{"Services":[{"ServiceId":"1"}],"NextToken":"same"}'],
        ["otc:vpcEndpoint", () => '{"endpoint_services":[{"id":"1"}],"total_count":9007199254740992}'],
    ] as const)("%s: an inbox does not follow a list of services for ever", async (name, page) => {
        const { url, calls } = await startHostile(({ index }) => ({ body: page(index) }));
        const { kind, scope, call } = placeAt(name, url);
        await expect(kind.discover?.(scope, call)).rejects.toMatchObject({ code: "EndlessListing" });
        expect(calls).toHaveLength(2);
    });

    it("aws:openSearchInbound: nor does a lookup its pages", async () => {
        const page = pageOf("aws:openSearchInbound");
        const { url } = await startHostile(({ action, index }) => ({
            body: action === "GetCallerIdentity" ? IDENTITY : page([index], index < 1_000 ? "same" : undefined)(""),
        }));
        const { kind, scope, id, call } = placeAt("aws:openSearchInbound", url);
        await expect(kind.lookup?.(scope, [id], call)).rejects.toMatchObject({ code: "EndlessListing" });
    });
});

function servicesOf(ns: readonly number[], token: string): string {
    return ec2(
        "DescribeVpcEndpointServiceConfigurations",
        `<serviceConfigurationSet>${ns.map((n) => `<item><serviceId>vpce-svc-${n}</serviceId></item>`).join("")}</serviceConfigurationSet><nextToken>${token}</nextToken>`,
    );
}
