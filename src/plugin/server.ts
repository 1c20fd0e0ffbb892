import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as service from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { sameJson, type Wire } from "../engine/wire";
import { DecisionError } from "../shared/problem";
import type { Difference } from "./detailed-diff";
import { invoke, type PluginFunction } from "./functions";
import type { PluginDiff, PluginResource, Subject } from "./resource";
import { fromStruct, toServiceError, toStruct } from "./wire";

/** What a plugin serves. */
export interface Plugin {
    readonly version: string;
    /** The package's schema, as JSON. */
    schema(): string;
    /** By type token. */
    readonly resources: Readonly<Record<string, PluginResource>>;
    /** By token. */
    readonly functions: Readonly<Record<string, PluginFunction>>;
    /** What is wrong with the settings of a provider. */
    settingProblems(settings: Wire): readonly string[];
    configure(settings: Wire): void;
    /** Ends what waits: the user has pressed Ctrl-C. */
    cancel(): void;
    /** Counts a call, so that the process does not leave before it has answered. */
    counted(call: Handler): Handler;
    /** What an error says in this host. */
    explain(text: string): string;
}

/** Large stacks send large states: as much as the SDK's own servers take. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Serves a plugin on a free port of this machine, over the engine's `ResourceProvider` protocol. */
export async function serve(plugin: Plugin): Promise<number> {
    const server = new grpc.Server({
        "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
        "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    });
    const implementation = Object.fromEntries(
        Object.entries({ ...ofPackage(plugin), ...ofProvider(plugin), ...ofResources(plugin) }).map(
            ([name, answer]) => [name, plugin.counted(handler(plugin, answer))],
        ),
    );
    server.addService(service.ResourceProviderService, implementation);
    return new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
            error ? reject(error) : resolve(port),
        );
    });
}

/** What gRPC calls. */
type Handler = (call: { readonly request: unknown }, respond: grpc.sendUnaryData<unknown>) => Promise<void>;

/** An answer to one call. */
// biome-ignore lint/suspicious/noExplicitAny: each call has a request and a response of its own
type Answer = (request: any) => unknown;

function handler(plugin: Plugin, answer: Answer): Handler {
    return async (call, respond) => {
        try {
            respond(null, await answer(call.request));
        } catch (error) {
            respond(toServiceError(error, plugin.explain), null);
        }
    };
}

function ofPackage({ version, schema, functions, cancel }: Plugin) {
    return {
        handshake: () => new proto.ProviderHandshakeResponse(),
        attach: () => new Empty(),
        getPluginInfo: () => {
            const response = new PluginInfo();
            response.setVersion(version);
            return response;
        },
        getSchema: () => {
            const response = new proto.GetSchemaResponse();
            response.setSchema(schema());
            return response;
        },
        cancel: () => {
            cancel();
            return new Empty();
        },
        invoke: async (request: proto.InvokeRequest) => {
            const response = new proto.InvokeResponse();
            response.setReturn(toStruct(await invoke(functions, request.getTok(), fromStruct(request.getArgs()))));
            return response;
        },
    };
}

function ofProvider({ settingProblems, configure }: Plugin) {
    return {
        checkConfig: (request: proto.CheckRequest) => {
            const news = fromStruct(request.getNews());
            return checked(news, settingProblems(news));
        },
        /** Another configuration is no other provider: which account decides, each decision remembers. */
        diffConfig: (request: proto.DiffRequest) => {
            const [olds, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
            const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
            const changed = names.filter((name) => !sameJson(olds[name], news[name]));
            const response = new proto.DiffResponse();
            response.setChanges(changes(changed.length > 0));
            response.setDiffsList(changed);
            return response;
        },
        configure: (request: proto.ConfigureRequest) => {
            configure(fromStruct(request.getArgs()));
            const response = new proto.ConfigureResponse();
            response.setSupportspreview(true);
            return response;
        },
    };
}

function ofResources(plugin: Plugin) {
    const resource = (request: { getUrn(): string }) => resourceOf(plugin, request.getUrn());
    return {
        check: async (request: proto.CheckRequest) => {
            const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
            const { inputs, reasons } = await resource(request).check(subject(request), olds, news);
            return checked(inputs, reasons.map(plugin.explain));
        },
        diff: async (request: proto.DiffRequest) => {
            const [olds, news, oldInputs] = [request.getOlds(), request.getNews(), request.getOldInputs()].map(
                fromStruct,
            );
            const asked = [subject(request), request.getId(), olds ?? {}, news ?? {}, oldInputs ?? {}] as const;
            return differing(await resource(request).diff(...asked));
        },
        create: async (request: proto.CreateRequest) => {
            const inputs = fromStruct(request.getProperties());
            const response = new proto.CreateResponse();
            if (request.getPreview()) {
                response.setProperties(toStruct(await resource(request).previewCreate(subject(request), inputs)));
                return response;
            }
            const { id, outputs } = await resource(request).create(subject(request), inputs);
            response.setId(id);
            response.setProperties(toStruct(outputs));
            return response;
        },
        update: async (request: proto.UpdateRequest) => {
            const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
            const call = request.getPreview() ? "previewUpdate" : "update";
            const response = new proto.UpdateResponse();
            const outputs = await resource(request)[call](subject(request), request.getId(), olds, news);
            response.setProperties(toStruct(outputs));
            return response;
        },
        read: async (request: proto.ReadRequest) => {
            // An import sends no properties; a `get` sends those of the program, which are none.
            const state = request.hasProperties() ? fromStruct(request.getProperties()) : undefined;
            const { id, outputs, inputs } = await resource(request).read(subject(request), request.getId(), state);
            const response = new proto.ReadResponse();
            response.setId(id);
            response.setProperties(toStruct(outputs));
            response.setInputs(inputs === undefined ? undefined : toStruct(inputs));
            return response;
        },
        delete: async (request: proto.DeleteRequest) => {
            await resource(request).delete(subject(request), request.getId(), fromStruct(request.getProperties()));
            return new Empty();
        },
    };
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function resourceOf({ resources }: Plugin, urn: string): PluginResource {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const resource = Object.hasOwn(resources, type) ? resources[type] : undefined;
    if (resource === undefined) {
        throw new DecisionError(`there is no resource ${type}; there are ${Object.keys(resources).join(", ")}`);
    }
    return resource;
}

function subject(request: { getUrn(): string; getTimeout?(): number }): Subject {
    return { urn: request.getUrn(), timeout: request.getTimeout?.() ?? 0 };
}

/** With a property's name, the CLI would print its value, secrets in clear. */
function checked(inputs: Wire, reasons: readonly string[]): proto.CheckResponse {
    const response = new proto.CheckResponse();
    response.setInputs(toStruct(inputs));
    response.setFailuresList(
        reasons.map((reason) => {
            const failure = new proto.CheckFailure();
            failure.setReason(reason);
            return failure;
        }),
    );
    return response;
}

function differing({ changes: some, replaces, detailed }: PluginDiff): proto.DiffResponse {
    const response = new proto.DiffResponse();
    response.setChanges(changes(some));
    response.setReplacesList([...replaces]);
    response.setDiffsList([...new Set(detailed.map(({ path }) => path.split(/[.[]/, 1)[0] ?? ""))]);
    for (const difference of detailed) {
        const replacing = replaces.some((name) => new RegExp(`^${name}\\b`).test(difference.path));
        response.getDetaileddiffMap().set(difference.path, propertyDiff(difference, replacing));
    }
    response.setHasdetaileddiff(detailed.length > 0);
    return response;
}

const { Kind } = proto.PropertyDiff;
const KINDS = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

function propertyDiff({ kind }: Difference, replacing: boolean): proto.PropertyDiff {
    const diff = new proto.PropertyDiff();
    diff.setKind(KINDS[kind][replacing ? 1 : 0]);
    return diff;
}

function changes(some: boolean): proto.DiffResponse.DiffChanges {
    return some ? proto.DiffResponse.DiffChanges.DIFF_SOME : proto.DiffResponse.DiffChanges.DIFF_NONE;
}
