import * as pulumi from "@pulumi/pulumi";
import { fileLedger, type Ledger, type LedgerEntry, runningLedger } from "../shared/ledger";
import { unknownNames } from "../shared/suggest";

const LEFT_OUT = pulumi.output(undefined);

/**
 * Arguments that were left out are outputs like the others, of undefined. One output for all of them: the SDK takes a stack trace for each
 * property it registers, 0.2 ms of a program per property and resource.
 */
export function fillIn<R extends pulumi.Resource>(resource: R, names: readonly (keyof R & string)[]): void {
    for (const name of names) {
        if (!(name in resource)) {
            Object.assign(resource, { [name]: LEFT_OUT });
        }
    }
}

/**
 * The code that the state names for the engine to run. Not a closure of a `dynamic.Resource`: this text is smaller, loads no TypeScript
 * compiler, and stays the same across versions, module systems and package managers. It leads from every state ever written to the provider.
 * The state holds it twice for each resource, so it is short.
 */
export function providerText(name: "provider" | "admission"): string {
    const sentence = "npm install pulumi-connection-decision here; remove its resources before the package";
    return `exports.handler=()=>{try{return require("pulumi-connection-decision/provider").${name}}catch(e){throw e.code=="MODULE_NOT_FOUND"?Error("${sentence}"):e}}`;
}

/** Throws on arguments that do not exist, also from JavaScript and through spreads: a misspelled guard would let a stranger in. */
export function refuseArguments(type: string, name: string, args: object, known: readonly string[]): void {
    const problems = unknownNames(Object.keys(args ?? {}), known, type);
    if (problems.length > 0) {
        throw new pulumi.RunError(`${type} "${name}": ${problems.join("; ")}`);
    }
}

/**
 * The URN that a resource will have, as a value that depends on nothing. As an output it would depend on the parent, which for the SDK means on
 * all children of a component: one that uses this resource would wait for it, and it for that one, for ever.
 */
export function urnOf(name: string, type: string, parent: pulumi.Resource | undefined): Promise<string> {
    return knownValue(pulumi.createUrn(name, type, parent)) as Promise<string>;
}

/** Internal to the SDK: the value of an output, undefined where it is not known. */
function knownValue<T>(output: pulumi.Output<T>): Promise<T | undefined> {
    return (output as unknown as { promise(): Promise<T | undefined> }).promise();
}

/** The ledger of each run that this process was the program of, by its engine's client: a later run may have the same address. */
const ledgers = new WeakMap<object, Ledger>();

/**
 * Tells the provider processes of this run that the program declares a resource, checked or not: `up --target` checks targets only, and
 * a delete must not undo what another resource still declares, and an admission must not decide what a decision does.
 */
export function declare(
    resource: pulumi.CustomResource,
    says: { readonly connection: pulumi.Output<unknown> } | { readonly except: pulumi.Output<unknown> },
): void {
    const engine = pulumi.runtime.getEngine();
    const address = engineAddress();
    if (engine === undefined || address === undefined) {
        return;
    }
    // Begun now, while the run goes on for sure: the answer below may come after its end.
    ledgers.set(engine, ledgers.get(engine) ?? fileLedger(address, undefined, false));
    pulumi.all([resource.urn, pulumi.output(says)]).apply(async ([urn, said]) => {
        // An apply would not be called for what is no target and not there yet: in `up`, too, its id is unknown.
        const id = await knownValue(resource.id);
        const unmade = id === undefined && "connection" in said && !pulumi.runtime.isDryRun();
        if (id !== undefined || unmade) {
            tell(engine, address, { is: "declared", urn, id: id ?? "", ...said });
        }
    });
}

/** The file may go while the run goes on: with the last process of a preview, right before the update that follows it at the same address. */
function tell(engine: object, address: string, entry: LedgerEntry): void {
    const ledger = ledgers.get(engine);
    ledger?.add(entry);
    const running = ledger?.unreachable === undefined ? undefined : runningLedger(address);
    if (running !== undefined) {
        running.add(entry);
        ledgers.set(engine, running);
    }
}

/** The address of the engine, which the provider processes know too; undefined under mocks. */
function engineAddress(): string | undefined {
    const engine = pulumi.runtime.getEngine() as { getChannel?(): { getTarget(): string } } | undefined;
    return engine
        ?.getChannel?.()
        .getTarget()
        .replace(/^dns:\/*/, "");
}
