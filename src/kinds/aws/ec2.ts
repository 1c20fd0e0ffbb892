import type { EC2 as Ec2Client } from "@aws-sdk/client-ec2";
import { documentedList, type Fields, record, text } from "../answer";
import { dryRun, oneByOne } from "../calls";
import { unreadableAnswer } from "../cloud";
import type { Call, Field, Order, Rate, Receipt, Scope } from "../kind";
import type { Action } from "../table";
import type { AwsApi, AwsCall, AwsClients } from "./cloud";
import { EC2_IDS } from "./fields";

/** What kinds of EC2 have in common. */

/** The API of EC2. */
export const EC2: AwsApi<Ec2Client> = {
    name: "ec2",
    load: async (config) => new (await import("@aws-sdk/client-ec2")).EC2(config),
};

/** The rate of an action: the size of its token bucket, and how many tokens come back a second. */
export function ec2Rate(burst: number, perSecond: number): Rate {
    return { burst, perSecond, source: "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html" };
}

/** A field that holds an id of EC2: its prefix, then 8 or 17 hexadecimal digits. */
export function ec2Id(prefix: keyof typeof EC2_IDS) {
    return {
        required: true,
        format: new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`),
        describes: `"${prefix}-" and 8 or 17 hexadecimal digits`,
        whereabouts: EC2_IDS[prefix],
    } as const satisfies Field;
}

/** The actions of an API that takes one connection per call and can run dry, see `oneByOne`. */
export function oneIdPerCall(
    send: (action: Action, order: Order, call: AwsCall, dryRun?: true) => Promise<void>,
    explain: (code: string, order: Order) => Partial<Receipt>,
) {
    const act = (action: Action) => oneByOne<AwsClients>((order, _scope, call) => send(action, order, call), explain);
    return {
        accept: act("accept"),
        reject: act("reject"),
        remove: act("remove"),
        probe: (_scope: Scope, action: Action, order: Order, call: Call<AwsClients>) =>
            dryRun(() => send(action, order, call, true)),
    };
}

/** The owner of the accepting side, which decides in its own Region: named where that is not ours. */
export function deciderOf({ OwnerId, Region }: Fields, ownRegion: string): string {
    const elsewhere = text(Region) === undefined || Region === ownRegion ? "" : ` in ${Region}`;
    return `${text(OwnerId) ?? ""}${elsewhere}`;
}

/** "Returns true if the request succeeds; otherwise, it returns an error." */
export function documentedReturn(action: string, answer: Fields): void {
    if (answer.Return !== true) {
        throw unreadableAnswer(action, 'the answer does not say that "Return" is true');
    }
}

/**
 * Receipts of an action that answers with `Unsuccessful`. Ids that succeeded are not in the answer; the others are in that list, with
 * HTTP 200. It is there "if applicable", in the API's words, but where all went well its sample has the empty element: an empty list
 * here. An entry that names none of the ids asked for may mean any of those it does not name: whether they were done, a read must tell.
 */
export function unsuccessful(action: string, answer: unknown, orders: readonly Order[]): Receipt[] {
    const failures = documentedList(action, answer, "Unsuccessful").map((item) => {
        const { Code, Message } = record(item.Error);
        return {
            id: text(item.ResourceId) ?? "",
            code: text(Code) ?? "Unsuccessful",
            text: text(Message) ?? "the cloud gave no reason",
        };
    });
    const asked = new Set(orders.map(({ seen }) => seen.id));
    const stray = failures.find(({ id }) => !asked.has(id));
    return orders.map(({ seen: { id } }): Receipt => {
        const failure = failures.find((one) => one.id === id);
        if (failure !== undefined) {
            return { ...failure, result: "refused" };
        }
        return stray === undefined ? { id, result: "sent" } : { ...stray, id, result: "unknown" };
    });
}
