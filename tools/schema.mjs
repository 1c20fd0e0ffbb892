/**
 * The schema of the resource plugin (`src/plugin/schema.json`), from the kinds' own data and the comments on the arguments that TypeScript
 * programs read. One source for both: what is not documented there fails here.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const { kinds } = require(path.join(repository, "dist/kinds/index.js"));
const { scopeFields } = require(path.join(repository, "dist/decision/fields.js"));
const contract = require(path.join(repository, "dist/shared/contract.js"));
const manifest = require(path.join(repository, "package.json"));

const PACKAGE = contract.PLUGIN;
const STRING = { type: "string" };
const BOOLEAN = { type: "boolean" };
const INTEGER = { type: "integer" };
const ANY = { $ref: "pulumi.json#/Any" };
const listOf = (items) => ({ type: "array", items });
const mapOf = (additionalProperties) => ({ type: "object", additionalProperties });
const type = (name) => ({ $ref: `#/types/${PACKAGE}:index:${name}` });

/** How each argument looks to every language: no unions, which become untyped in some. */
const DECISION_TYPES = {
    connection: type("Connection"),
    decision: type("Decision"),
    expectedRequester: listOf(STRING),
    expectedEvidence: mapOf(ANY),
    reason: STRING,
    until: STRING,
    onDrift: type("OnDrift"),
    onDelete: type("OnDelete"),
    allowRemoval: BOOLEAN,
    waitForRequest: STRING,
    timeout: STRING,
};
const ADMISSION_TYPES = {
    scope: type("ConnectionScope"),
    rules: listOf(type("AdmissionRule")),
    otherwise: type("Verdict"),
    existing: type("Existing"),
    except: listOf(STRING),
    reason: STRING,
    onDelete: type("OnDelete"),
    allowRemoval: BOOLEAN,
    timeout: STRING,
};
const RULE_TYPES = {
    name: STRING,
    requester: listOf(STRING),
    evidence: mapOf(ANY),
    ticket: STRING,
    verdict: type("Verdict"),
    until: STRING,
};
const DECISION_OUTPUTS = {
    connectionId: STRING,
    status: STRING,
    requester: STRING,
    cloudStatus: STRING,
    observed: mapOf(ANY),
    acceptedUntil: STRING,
    warnings: listOf(STRING),
    decidedBy: STRING,
    decidedAt: STRING,
};
const ADMISSION_OUTPUTS = { verdicts: mapOf(STRING), counts: mapOf(STRING), warnings: listOf(STRING) };
const OPTION_TYPES = {
    allowPlainHttp: BOOLEAN,
    maxCuts: INTEGER,
    pace: BOOLEAN,
    probe: BOOLEAN,
    requireExpectedRequester: BOOLEAN,
    unreadable: STRING,
};

const program = {
    decision: commentsOf("src/program/connection-decision.ts"),
    admission: commentsOf("src/program/connection-admission.ts"),
    provider: commentsOf("src/program/provider.ts"),
};

/** The schema, as the file has it. */
export function schema() {
    const config = Object.fromEntries([...settings(), ...options()]);
    return {
        name: PACKAGE,
        displayName: "Connection decisions",
        version: manifest.version,
        description: manifest.description,
        keywords: ["pulumi", "category/network", "kind/native"],
        license: manifest.license,
        attribution: "Made from the data of pulumi-connection-decision.",
        language: {
            nodejs: { respectSchemaVersion: true },
            python: { respectSchemaVersion: true, pyproject: { enabled: true } },
            go: { respectSchemaVersion: true, generateResourceContainerTypes: false },
            csharp: { respectSchemaVersion: true },
        },
        config: { variables: config },
        provider: {
            description:
                "Where decisions are made: names of regions, profiles, roles and endpoints of every cloud, and the policies of a stack. Never credentials.",
            inputProperties: config,
        },
        types: types(),
        resources: {
            [`${PACKAGE}:index:ConnectionDecision`]: resource({
                comments: program.decision,
                of: "ConnectionDecision",
                argumentTypes: DECISION_TYPES,
                required: ["connection", "decision"],
                outputs: DECISION_OUTPUTS,
                known: ["connectionId", "status", "observed"],
            }),
            [`${PACKAGE}:index:ConnectionAdmission`]: resource({
                comments: program.admission,
                of: "ConnectionAdmission",
                argumentTypes: ADMISSION_TYPES,
                required: ["scope", "rules"],
                outputs: ADMISSION_OUTPUTS,
                known: ["verdicts", "counts"],
            }),
        },
        functions: functions(),
    };
}

function resource({ comments, of, argumentTypes, required, outputs, known }) {
    const inputs = documented(argumentTypes, comments, of);
    return {
        description: comments.get(of).text,
        inputProperties: inputs,
        requiredInputs: required,
        properties: { ...inputs, ...documented(outputs, comments, of) },
        required: [...required, ...known],
    };
}

function types() {
    return Object.fromEntries(
        Object.entries({
            ConnectionKind: enumOf(
                "What sort of connection it is: which cloud, which service.",
                Object.values(kinds).map(({ name, title, cloud }) => [
                    enumName(name),
                    name,
                    `${title} (${cloud.title}).`,
                ]),
            ),
            Decision: enumOf("What shall hold for a connection.", [
                ["Accept", "accept", "The connection is accepted."],
                ["Reject", "reject", "The connection is rejected."],
            ]),
            Verdict: enumOf("What a rule says about the connections that match it.", [
                ["Accept", "accept", "They are accepted."],
                ["Reject", "reject", "They are rejected."],
                ["Review", "review", "People decide; nothing is sent."],
            ]),
            Existing: enumOf("What becomes of connections that were decided otherwise earlier.", [
                ["Report", "report", "They are shown, and left as they are."],
                ["Enforce", "enforce", "They are changed to what the rules say."],
            ]),
            OnDrift: enumOf("What happens when somebody undid the decision outside.", [
                ["Correct", "correct", "It is decided again."],
                [
                    "Hold",
                    "hold",
                    "It is shown as drift on every run, and nothing is sent until the declaration changes.",
                ],
            ]),
            OnDelete: enumOf("What removing the resource does.", [
                ["Keep", "keep", "Nothing changes in the cloud."],
                ["Reject", "reject", "The connection is rejected."],
                ["Remove", "remove", "The connection is deleted, where its owner can."],
            ]),
            Connection: {
                type: "object",
                description:
                    "Which connection. `kind` says which of the other fields it has: each of them names its kinds. A field of another kind is refused.",
                ...fieldsOf((kind) => kind.fields),
            },
            ConnectionScope: {
                type: "object",
                description:
                    "Where connections arrive: an endpoint service, a transit gateway, an account's peerings in a region. `kind` says which of the other fields it has.",
                ...fieldsOf(scopeFields),
            },
            AdmissionRule: {
                type: "object",
                description: program.admission.get("AdmissionRuleArgs").text,
                properties: documented(RULE_TYPES, program.admission, "AdmissionRuleArgs"),
                required: ["name", "verdict"],
            },
            PendingRequest: {
                type: "object",
                description: "A request that waits for a decision.",
                properties: described({
                    connection: [type("Connection"), "The connection, as a decision declares it."],
                    connectionId: [STRING, "The cloud's id of the connection."],
                    title: [STRING, "What it is, in words."],
                    scope: [STRING, "Where it arrived, in words."],
                    status: [STRING, "Where it stands, in the same words for every cloud."],
                    cloudStatus: [STRING, "The cloud's own word for the status."],
                    requester: [STRING, "Who asks, where the cloud tells."],
                    requestedAt: [STRING, "When the request was made, as the cloud writes it."],
                    expiresAt: [STRING, "When the request lapses undecided, where the cloud says so."],
                    requesterSays: [STRING, "Text that the requester wrote. Never proof of anything."],
                    evidence: [mapOf(ANY), "Further facts the cloud vouches for."],
                }),
                required: ["connection", "connectionId", "title", "scope", "status", "cloudStatus", "evidence"],
            },
            UnreadPlace: {
                type: "object",
                description: "A place that was not read.",
                properties: described({
                    place: [STRING, "A kind, and a region or a scope where it has one."],
                    why: [STRING, "Why it was not read."],
                }),
                required: ["place", "why"],
            },
        }).map(([name, value]) => [`${PACKAGE}:index:${name}`, value]),
    );
}

function functions() {
    return {
        [`${PACKAGE}:index:listPending`]: {
            description:
                "What waits for a decision: every pending request in the chosen places, read with the provider's settings. Nothing chosen: every kind for which something is set up.",
            inputs: {
                type: "object",
                properties: described({
                    kinds: [listOf(STRING), "Kinds of connection, such as `aws:vpcEndpoint`. Default: all of them."],
                    regions: [listOf(STRING), "Regions, `eu-west-1`, or `aws=eu-west-1` for one cloud only."],
                    scopes: [listOf(STRING), "Ids of scopes, an endpoint service for example."],
                }),
            },
            outputs: {
                type: "object",
                properties: described({
                    requests: [listOf(type("PendingRequest")), "What is pending, what has waited longest first."],
                    complete: [
                        BOOLEAN,
                        "Whether everything that was asked for was read. Only then no requests means that nothing is pending.",
                    ],
                    failed: [listOf(type("UnreadPlace")), "What should have been read and was not."],
                    skipped: [listOf(type("UnreadPlace")), "What was left out because nothing is set up for it."],
                    others: [listOf(STRING), "Connections of a form that no kind knows, by scope."],
                }),
                required: ["requests", "complete", "failed", "skipped", "others"],
            },
        },
        [`${PACKAGE}:index:getConnection`]: {
            description: "Looks at one connection without deciding anything.",
            inputs: {
                type: "object",
                properties: described({
                    id: [
                        STRING,
                        "The id of a decision, `aws:vpcEndpoint/eu-west-1/vpce-svc-0123456789abcdef0/vpce-0a1b2c3d4e5f60718`.",
                    ],
                }),
                required: ["id"],
            },
            outputs: {
                type: "object",
                properties: {
                    id: { ...STRING, description: "The id that was asked for." },
                    connection: { ...type("Connection"), description: "The connection that the id names." },
                    ...documented(
                        pick(DECISION_OUTPUTS, ["connectionId", "status", "requester", "cloudStatus", "observed"]),
                        program.decision,
                        "ConnectionDecision",
                    ),
                },
                required: ["id", "connection", "connectionId", "status", "observed"],
            },
        },
    };
}

/** The fields of all kinds in one object: each says of which kinds it is. */
function fieldsOf(of) {
    const properties = { kind: { ...type("ConnectionKind"), description: "What sort of connection it is." } };
    for (const kind of Object.values(kinds)) {
        for (const [name, field] of Object.entries(of(kind))) {
            const text = `- \`${kind.name}\`${field.required ? "" : " (optional)"}: ${field.describes}`;
            const before = properties[name]?.description;
            properties[name] = { ...STRING, description: before === undefined ? text : `${before}\n${text}` };
        }
    }
    return { properties, required: ["kind"] };
}

function* settings() {
    for (const cloud of new Map(Object.values(kinds).map(({ cloud }) => [cloud.name, cloud])).values()) {
        const comments = commentsOf(settingsFile(cloud.name));
        for (const setting of Object.keys(cloud.settings)) {
            const name = `${cloud.name}${setting.charAt(0).toUpperCase()}${setting.slice(1)}`;
            yield [name, { ...STRING, description: `${cloud.title}: ${commentOn(comments, setting)}` }];
        }
    }
}

/** The settings of a cloud are in the file from which the program's list takes them. */
function settingsFile(cloud) {
    const list = readFileSync(path.join(repository, "src/program/clouds.ts"), "utf8");
    const [, settings] = new RegExp(`export const ${cloud} = (\\w+);`).exec(list) ?? [];
    const [, file] = new RegExp(`import \\{ ${settings} \\} from "\\.\\./(.+)"`).exec(list) ?? [];
    if (file === undefined) {
        throw new Error(`src/program/clouds.ts has no settings of ${cloud}`);
    }
    return `src/${file}.ts`;
}

function options() {
    return contract.OPTIONS.map((name) => [
        name,
        { ...OPTION_TYPES[name], description: commentOn(program.provider, name) },
    ]);
}

function documented(typesByName, comments, of) {
    return Object.fromEntries(
        Object.entries(typesByName).map(([name, shape]) => [
            name,
            { ...shape, description: commentOn(comments, name, of) },
        ]),
    );
}

function described(properties) {
    return Object.fromEntries(
        Object.entries(properties).map(([name, [shape, description]]) => [name, { ...shape, description }]),
    );
}

function enumOf(description, values) {
    return {
        type: "string",
        description,
        enum: values.map(([name, value, text]) => ({ name, value, description: text })),
    };
}

/** `AwsVpcEndpoint` of `aws:vpcEndpoint` */
function enumName(kind) {
    return kind.replace(/(^|:)(.)/g, (_all, _colon, letter) => letter.toUpperCase());
}

function pick(record, names) {
    return Object.fromEntries(names.map((name) => [name, record[name]]));
}

/** The comments of a file's declarations and their members, by name. A member of a class or an interface also as `Owner.member`. */
function commentsOf(file) {
    const text = readFileSync(path.join(repository, file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    const comments = new Map();
    const visit = (node, owner) => {
        const name = node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : undefined;
        const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
        if (name !== undefined && doc !== undefined) {
            const found = { text: plain(doc) };
            for (const key of owner === undefined ? [name] : [`${owner}.${name}`, name]) {
                comments.set(key, comments.get(key) ?? found);
            }
        }
        const isOwner = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node);
        ts.forEachChild(node, (child) => visit(child, isOwner ? name : owner));
    };
    visit(source, undefined);
    return comments;
}

function commentOn(comments, name, owner) {
    const comment = comments.get(`${owner}.${name}`) ?? comments.get(name);
    if (comment === undefined) {
        throw new Error(`${name} has no comment that the schema could take`);
    }
    return comment.text;
}

/** A comment as Markdown: links are names, defaults and examples of values follow the text. Examples in TypeScript are left out. */
function plain(doc) {
    const text = ts.getTextOfJSDocComment(doc.comment) ?? "";
    const tags = (doc.tags ?? []).flatMap((tag) => {
        const said = (ts.getTextOfJSDocComment(tag.comment) ?? "").trim();
        const value = tag.tagName.text === "default" || (tag.tagName.text === "example" && !said.includes("```"));
        return value ? [`${tag.tagName.text === "default" ? "Default" : "Example"}: ${said}`] : [];
    });
    return [
        text
            .replace(/\{@link (\w+)\}/g, "`$1`")
            .replace(/\s*\n\s*(?!-)/g, " ")
            .trim(),
        ...tags,
    ].join("\n\n");
}
