import { describe, expect, expectTypeOf, it } from "vitest";
import {
    type Connection,
    type ConnectionKindName,
    type ConnectionOf,
    type ConnectionScope,
    type EvidenceOf,
    kinds,
    type ScopeOf,
} from "../../src/kinds";
import type { Cloud } from "../../src/kinds/cloud";
import { type ConnectionKind, defineKind, type FieldsOf } from "../../src/kinds/kind";

/** Types that programs write against. The compiler checks them (`npm run lint`); here they only have to load. */

/** A kind that no cloud has. */
interface Letter {
    kind: "post:letter";
    office?: string;
    street?: string;
    number: string;
}

interface PostClients {
    readonly open: () => string;
}

const post: Cloud<PostClients> = {
    name: "post",
    title: "Post",
    accountTitle: "box",
    settings: {},
    endpointVariables: [],
    connect: () => ({ open: () => "" }),
    account: async () => "7",
};
const text = { format: /./, describes: "a text", example: "7", whereabouts: { console: "the counter", cli: "post" } };
const optional = { ...text, required: false } as const;

const letter = defineKind<Letter, PostClients>()({
    name: "post:letter",
    title: "letter",
    cloud: post,
    example: { kind: "post:letter", number: "7" },
    fields: { office: optional, street: optional, number: { ...text, required: true } },
    scope: ["office"],
    id: "number",
    selectors: ["street"],
    scopeTitle: ({ office }) => `office ${office}`,
    requester: text,
    evidence: { stamp: "Its stamp", weight: "In grams" },
    statuses: { here: "pending" },
    lifecycle: { accept: {}, reject: {} },
    permissions: { read: [], accept: [], reject: [] },
    limits: { idsPerOrder: 1, settleEvery: "1s", settleWithin: "1m" },
    lane: "none",
    list: async (_scope, _cursor, { clients }) => ({
        items: [{ id: clients.open(), status: "pending", cloudStatus: "", evidence: {} }],
    }),
    accept: async () => [],
    reject: async () => [],
});

describe("the types of connections", () => {
    it("are a union of literal names, the names of the kinds there are", () => {
        expectTypeOf<"aws:vpcEndpoint">().toExtend<ConnectionKindName>();
        expectTypeOf<"aws:nothing">().not.toExtend<ConnectionKindName>();
        expectTypeOf<string>().not.toExtend<ConnectionKindName>();
        expectTypeOf(kinds).toHaveProperty("aws:vpcEndpoint");
        expect(Object.values(kinds).map(({ name }) => name)).toEqual(Object.keys(kinds));
    });

    it("have exactly the fields of their kind", () => {
        expectTypeOf<ConnectionOf<"aws:vpcEndpoint">>().toEqualTypeOf<{
            kind: "aws:vpcEndpoint";
            region?: string;
            serviceId: string;
            endpointId: string;
        }>();
        expectTypeOf<ConnectionOf<"alibaba:vpcPeering">>().toEqualTypeOf<{
            kind: "alibaba:vpcPeering";
            instanceId: string;
        }>();
        expectTypeOf<Connection["kind"]>().toEqualTypeOf<ConnectionKindName>();
    });

    it("have scopes without the id of the connection", () => {
        expectTypeOf<ScopeOf<"aws:vpcEndpoint">>().toEqualTypeOf<{
            kind: "aws:vpcEndpoint";
            region?: string;
            serviceId: string;
        }>();
        expectTypeOf<ScopeOf<"alibaba:vpcPeering">>().toEqualTypeOf<{ kind: "alibaba:vpcPeering" }>();
        expectTypeOf<ScopeOf<"otc:vpcEndpoint">>().toEqualTypeOf<{
            kind: "otc:vpcEndpoint";
            region?: string;
            projectId?: string;
            serviceId: string;
        }>();
        expectTypeOf<ConnectionScope["kind"]>().toEqualTypeOf<ConnectionKindName>();
        expectTypeOf<Extract<ConnectionScope, { endpointId: unknown }>>().toBeNever();
    });

    it("name the facts that their cloud tells", () => {
        expectTypeOf<EvidenceOf<"aws:vpcEndpoint">>().toEqualTypeOf<"endpointRegion" | "ipAddressType">();
        expectTypeOf<EvidenceOf<"huawei:vpcEndpoint">>().toEqualTypeOf<"markerId">();
        expectTypeOf<EvidenceOf<"alibaba:vpcPeering">>().toEqualTypeOf<
            "vpcId" | "cidrs" | "region" | "acceptingVpcId" | "acceptingRegion" | "businessStatus"
        >();
    });
});

describe("the definition of a kind", () => {
    it("says what is required as the type of its connections does", () => {
        expectTypeOf<FieldsOf<Letter>["office"]["required"]>().toEqualTypeOf<false>();
        expectTypeOf<FieldsOf<Letter>["number"]["required"]>().toEqualTypeOf<true>();
        expectTypeOf<keyof FieldsOf<Letter>>().toEqualTypeOf<"office" | "street" | "number">();
    });

    it("keeps id, facts and selectors, and forgets the clients", () => {
        expectTypeOf(letter).toEqualTypeOf<ConnectionKind<Letter, "number", "stamp" | "weight", "street">>();
        expect(letter.selectors).toEqual(["street"]);
    });

    it("takes only a field of the connection as its id", () => {
        const define = defineKind<Letter, PostClients>();
        // @ts-expect-error a letter has no field "colour".
        expectTypeOf(define<"colour", "stamp">).toBeFunction();
    });
});
