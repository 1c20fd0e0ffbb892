import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answerLimits } from "../../src/kinds/transport";
import { IDENTITY } from "../support/answers";
import { placeAt, startHostile } from "../support/hostile-server";
import { ROWS } from "../support/kind-rows";

/** Answers larger than any cloud's, as they are or after inflation. */

/** A cloud that answers listings with `body`. */
function cloud(body: string | Buffer, headers: Record<string, string> = {}) {
    return startHostile(({ action }) => (action === "GetCallerIdentity" ? { body: IDENTITY } : { body, headers }));
}

const tooLarge = {
    name: "CloudError",
    failure: "transient",
    code: "AnswerTooLarge",
    message: expect.stringContaining("the answer has more than 32 MiB"),
};

/** 400 MB of blanks in 400 KB: gzip takes members one after another. */
const member = gzipSync(Buffer.alloc(40_000_000, " "));
const bomb = Buffer.concat(Array.from({ length: 10 }, () => member));

describe.each([...ROWS])("%s", (name, { answers }) => {
    it("a gzip bomb of 400 MB is not inflated further than the limit", async () => {
        const { kind, scope, call } = placeAt(name, (await cloud(bomb, { "content-encoding": "gzip" })).url);
        const before = process.memoryUsage().rss;
        await expect(kind.list(scope, undefined, call)).rejects.toMatchObject(tooLarge);
        expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
    });

    it("an answer of 40 MB is not read to its end", async () => {
        const { kind, scope, call } = placeAt(name, (await cloud(answers.list + " ".repeat(40_000_000))).url);
        await expect(kind.list(scope, undefined, call)).rejects.toMatchObject(tooLarge);
    });

    it("a decision that such an answer follows may have been taken", async () => {
        const { kind, scope, call, order } = placeAt(name, (await cloud(bomb, { "content-encoding": "gzip" })).url);
        expect(await kind.accept(scope, [order], call)).toMatchObject([{ result: "unknown" }]);
    });

    it("inflated answers below the limit are read", async () => {
        const body = gzipSync(answers.list + " ".repeat(1_000_000));
        const { kind, scope, id, call } = placeAt(name, (await cloud(body, { "content-encoding": "gzip" })).url);
        expect(await kind.list(scope, undefined, call)).toMatchObject({ items: [{ id }] });
    });

    it("a body that is no gzip although it says so is unreadable", async () => {
        const { kind, scope, call } = placeAt(name, (await cloud("{}", { "content-encoding": "gzip" })).url);
        await expect(kind.list(scope, undefined, call)).rejects.toMatchObject({ failure: "transient" });
    });
});

it("the limit is well above a full page of a thousand connections", () => {
    expect(answerLimits.bytes).toBeGreaterThan(20 * 1_000 * 1_000);
});
