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

/** What other languages need to know beside the comments that TypeScript programs read. */
const AND = {
    expectedRequester: byKind(Object.values(kinds).map(({ name, requester }) => [name, `: ${requester.describes}`])),
    expectedEvidence: factsByKind(),
    evidence: factsByKind(),
    status: `One of ${wordsOf("Status").join(", ")}.`,
};
/** Where it is another argument than in TypeScript. */
const INSTEAD = {
    except: "Connections that are decided elsewhere, the only way out of the rules: the `connectionId` of a `ConnectionDecision`, or the id of a connection. They get no verdict. A connection that a decision of the same program declares and that is not named here is an error; so is an entry that names no connection of this scope.\n\nDefault: none",
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
        // A package of each language can be built from its SDK as it is, with this version. Go's import path stays Pulumi's own for
        // packages without a public repository, example.com/…: no other would be ours.
        meta: { supportPack: true },
        language: {
            // Not `@pulumi/connections`, which would be theirs.
            nodejs: { packageName: "pulumi-connections" },
            python: { pyproject: { enabled: true } },
            // Their default, but only said out loud do all parts of their generator (3.220.0) agree on it: else enums do not compile.
            go: { generics: "none" },
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
    // What it is about is the first argument: another connection, another scope, is another resource.
    Object.values(inputs)[0].willReplaceOnChanges = true;
    return {
        description: `${comments.get(of).text}\n\n${exampleUsage(of)}`,
        inputProperties: inputs,
        requiredInputs: required,
        properties: { ...inputs, ...documented(outputs, comments, of) },
        required: [...required, ...known],
    };
}

/** Parts of the programs in examples/languages, which tests run: from the comment above a resource to what follows it. */
const EXAMPLES = {
    ConnectionDecision: ["One request", "All the others"],
    ConnectionAdmission: ["All the others", "status"],
};
const PROGRAMS = { python: "python/__main__.py", go: "go/main.go", yaml: "yaml/Pulumi.yaml" };

/** As registries read it: each generator takes the block of its language, and leaves the others out. */
function exampleUsage(resource) {
    const [from, to] = EXAMPLES[resource];
    const blocks = Object.entries(PROGRAMS).map(([language, file]) => {
        const lines = readFileSync(path.join(repository, "examples/languages", file), "utf8").split("\n");
        const start = lines.findIndex((line) => line.includes(from));
        const length = lines.slice(start).findIndex((line, at) => at > 0 && line.includes(to));
        if (start < 0 || length < 0) {
            throw new Error(`examples/languages/${file} has no example of ${resource}`);
        }
        const [first] = /^\s*/.exec(lines[start]);
        const block = lines.slice(start, start + length).map((line) => line.replace(first, ""));
        return [`\`\`\`${language}`, withoutOutputs(block).join("\n").trimEnd(), "```"].join("\n");
    });
    const example = ["{{% example %}}", "## Example Usage", "", ...blocks, "{{% /example %}}"];
    return ["{{% examples %}}", ...example, "{{% /examples %}}"].join("\n");
}

/** What follows the last resource of a YAML program. */
function withoutOutputs(lines) {
    const end = lines.indexOf("outputs:");
    return end < 0 ? lines : lines.slice(0, end);
}

function types() {
    return Object.fromEntries(
        Object.entries({
            ConnectionKind: enumOf(
                "What sort of connection it is: which cloud, which service.",
                Object.values(kinds).map(({ name, title, cloud }) => [
                    enumName(name),
                    name,
                    `${title.charAt(0).toUpperCase()}${title.slice(1)} (${cloud.title}).`,
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
    const lines = {};
    for (const kind of Object.values(kinds)) {
        for (const [name, field] of Object.entries(of(kind))) {
            const says = `${field.required ? "" : " (optional)"}: ${field.describes}`;
            lines[name] = [...(lines[name] ?? []), [kind.name, says]];
        }
    }
    for (const [name, saidBy] of Object.entries(lines)) {
        properties[name] = { ...STRING, description: byKind(saidBy) };
    }
    return { properties, required: ["kind"] };
}

/** One line for all kinds of which the same is said: `[kind, text]` each. */
function byKind(saidBy) {
    const texts = [...new Set(saidBy.map(([, text]) => text))];
    return texts
        .map((text) => {
            const names = saidBy.filter(([, other]) => other === text).map(([name]) => `\`${name}\``);
            return `- ${names.join(", ")}${text}`;
        })
        .join("\n");
}

function* settings() {
    for (const cloud of new Map(Object.values(kinds).map(({ cloud }) => [cloud.name, cloud])).values()) {
        const comments = commentsOf(settingsFile(cloud.name));
        for (const setting of Object.keys(cloud.settings)) {
            const name = contract.flatSetting(cloud.name, setting);
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
            {
                ...shape,
                description:
                    INSTEAD[name] ?? [commentOn(comments, name, of), ...(AND[name] ? [AND[name]] : [])].join("\n\n"),
            },
        ]),
    );
}

/** Which facts a decision or a rule may ask for. */
function factsByKind() {
    return byKind(
        Object.values(kinds).map(({ name, evidence }) => [
            name,
            `: ${Object.entries(evidence)
                .map(([fact, meaning]) => `\`${fact}\` (${meaning})`)
                .join(", ")}`,
        ]),
    );
}

/** The words of a type, `type Status = "pending" | …`. */
function wordsOf(alias) {
    const file = "src/shared/vocabulary.ts";
    const source = ts.createSourceFile(file, readFileSync(path.join(repository, file), "utf8"), ts.ScriptTarget.ES2022);
    const found = source.statements.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === alias);
    return found.type.types.map(({ literal }) => `\`${literal.text}\``);
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

/**
 * A comment as Markdown: links are names, defaults and examples of texts follow the text. Examples in TypeScript and what is said of type
 * parameters are left out.
 */
function plain(doc) {
    const text = ts.getTextOfJSDocComment(doc.comment) ?? "";
    const tags = (doc.tags ?? []).flatMap((tag) => {
        const said = (ts.getTextOfJSDocComment(tag.comment) ?? "").trim();
        const value = tag.tagName.text === "default" || (tag.tagName.text === "example" && /^"[^"]*"$/.test(said));
        return value ? [`${tag.tagName.text === "default" ? "Default" : "Example"}: ${said}`] : [];
    });
    return [
        ...text
            .replace(/\{@link (\w+)\}/g, "`$1`")
            .split("\n\n")
            .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim())
            .filter((paragraph) => paragraph !== "" && !paragraph.startsWith("`K` ")),
        ...tags,
    ].join("\n\n");
}
