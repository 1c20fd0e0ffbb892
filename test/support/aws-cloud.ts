import { onTestFinished, vi } from "vitest";
import type { ConnectionKind } from "../../src/kinds/kind";
import { IDENTITY } from "./answers";
import { type Answer, KEYS, startHostile } from "./hostile-server";

/** Calls of a kind to an AWS that gives these answers in turn in eu-west-1, the last one for ever, and what it was asked. */
export async function cloudWith(kind: ConnectionKind, ...answers: readonly Answer[]) {
    for (const [name, value] of Object.entries(KEYS)) {
        vi.stubEnv(name, value);
    }
    onTestFinished(() => void vi.unstubAllEnvs());
    const asked: URLSearchParams[] = [];
    const { url } = await startHostile(({ action, body }) => {
        if (action === "GetCallerIdentity") {
            return { body: IDENTITY };
        }
        asked.push(new URLSearchParams(body));
        return answers[Math.min(asked.length, answers.length) - 1] as Answer;
    });
    const endpoints = Object.keys(kind.cloud.settings).filter((name) => name.endsWith("Endpoint"));
    const settings = Object.fromEntries(endpoints.map((name) => [name, url]));
    const clients = kind.cloud.connect({ settings, environment: KEYS, placement: { region: "eu-west-1" } });
    return { call: { clients, signal: new AbortController().signal, now: Date.now }, asked };
}

/** An error of EC2. */
export function refusal(code: string): Answer {
    const error = `<Error><Code>${code}</Code><Message>m</Message></Error>`;
    return { status: 400, body: `<Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>` };
}

/** The filters of a request, `name=value`, of one value each. */
export function filtersOf(query: URLSearchParams | undefined): string[] {
    return [1, 2, 3]
        .map((n) => `${query?.get(`Filter.${n}.Name`)}=${query?.get(`Filter.${n}.Value.1`)}`)
        .filter((filter) => filter !== "null=null");
}
