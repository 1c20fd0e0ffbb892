import type { ResourceProvider } from "../engine/providers";
import { pick, type Wire } from "../engine/wire";
import { PLUGIN } from "../shared/contract";
import { DecisionError } from "../shared/problem";
import { unknownNames } from "../shared/suggest";
import { decisionType } from "./decision";

/** A function of the package: its arguments, and what it answers. */
export interface PluginFunction {
    readonly arguments: readonly string[];
    call(args: Wire): Promise<Wire>;
}

/** Reads what is pending. */
export type ReadPending = (choice: {
    readonly kinds: readonly string[];
    readonly regions: readonly string[];
    readonly scopes: readonly string[];
}) => Promise<Wire>;

/** The functions of the package, by token. */
export function pluginFunctions(
    decisions: ResourceProvider,
    readPending: ReadPending,
): Readonly<Record<string, PluginFunction>> {
    return {
        [`${PLUGIN}:index:getConnection`]: {
            arguments: ["id"],
            call: async ({ id }) => {
                if (typeof id !== "string") {
                    throw new DecisionError("id must be the id of a connection, such as one that listPending returns");
                }
                const { props } = await decisions.read(id, {});
                return {
                    id,
                    ...pick(props, ["connection", "observed", "cloudStatus"]),
                    ...decisionType.derive(id, props),
                };
            },
        },
        [`${PLUGIN}:index:listPending`]: {
            arguments: ["kinds", "regions", "scopes"],
            call: (args) =>
                readPending({
                    kinds: texts(args, "kinds"),
                    regions: texts(args, "regions"),
                    scopes: texts(args, "scopes"),
                }),
        },
    };
}

/** Refuses arguments that the function does not have. */
export async function invoke(functions: Readonly<Record<string, PluginFunction>>, token: string, args: Wire) {
    const found = Object.hasOwn(functions, token) ? functions[token] : undefined;
    if (found === undefined) {
        throw new DecisionError(`there is no function ${token}; there are ${Object.keys(functions).join(", ")}`);
    }
    const problems = unknownNames(Object.keys(args), found.arguments, token);
    if (problems.length > 0) {
        throw new DecisionError(problems.join("; "));
    }
    return found.call(args);
}

function texts(args: Wire, name: string): readonly string[] {
    const value = args[name] ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
        throw new DecisionError(`${name} must be a list of texts`);
    }
    return value;
}
