/**
 * Decisions for many accounts and regions: one stack for each, deployed in parallel through the Automation API, all in one
 * backend (PULUMI_BACKEND_URL, an S3 bucket for example). A stack that fails stops nobody else.
 *
 * `npm start` previews, `npm start -- up` applies.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type EngineEvent, LocalWorkspace } from "@pulumi/pulumi/automation";
import { ConnectionDecision, type ConnectionDecisionArgs, Provider } from "pulumi-connection-decision";

/** One account in one region. */
interface Member {
    readonly stack: string;
    readonly region: string;
    readonly roleArn: string;
    readonly decisions: Readonly<Record<string, ConnectionDecisionArgs>>;
}

interface Result {
    readonly stack: string;
    readonly result: "done" | "FAILED";
    readonly changed: number;
    readonly unchanged: number;
    readonly seconds: number;
    readonly why: string;
}

/** Each stack is a CLI, a provider and its share of this process. */
const AT_ONCE = Number(process.env.FLEET_AT_ONCE ?? "4");
/** Creates and updates under way at once in a stack: as many share one request to the cloud. */
const PARALLEL = 64;

async function main(): Promise<void> {
    const operation = process.argv[2] === "up" ? "up" : "preview";
    const members: Member[] = JSON.parse(readFileSync("fleet.json", "utf8"));
    const queue = [...members];
    const results: Result[] = [];
    const work = async () => {
        for (let member = queue.shift(); member !== undefined; member = queue.shift()) {
            const result = await deploy(member, operation);
            results.push(result);
            say(result.stack, `${result.result} (${results.length} of ${members.length} stacks)`);
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    console.table(results.sort((a, b) => a.stack.localeCompare(b.stack)));
    process.exitCode = results.every(({ result }) => result === "done") ? 0 : 1;
}

async function deploy(
    { stack: stackName, region, roleArn, decisions }: Member,
    operation: "preview" | "up",
): Promise<Result> {
    const started = Date.now();
    const program = async () => {
        const provider = new Provider("account", {
            aws: { region, roleArn },
            requireExpectedRequester: true,
        });
        for (const [name, args] of Object.entries(decisions)) {
            new ConnectionDecision(name, args, { provider });
        }
    };
    let changed = 0;
    let unchanged = 0;
    const errors: string[] = [];
    const onEvent = ({ resourcePreEvent, diagnosticEvent }: EngineEvent) => {
        const step = resourcePreEvent?.metadata;
        if (step?.type.endsWith(":ConnectionDecision")) {
            if (step.op === "same") {
                unchanged += 1;
            } else {
                changed += 1;
                const transition = step.new?.inputs.transition ?? step.op;
                say(stackName, `${nameOf(step.urn)}: ${transition}`);
            }
        }
        if (diagnosticEvent?.severity === "error") {
            const text = diagnosticEvent.message.trim().replace(/^\S+ resource '.*' has a problem: /, "");
            errors.push(`${nameOf(diagnosticEvent.urn)}: ${text}`);
            say(stackName, errors.at(-1) ?? "");
        }
    };
    let failure = "";
    try {
        const stack = await LocalWorkspace.createOrSelectStack(
            { stackName, projectName: "fleet", program },
            { workDir: path.resolve(".") },
        );
        await (operation === "up"
            ? stack.up({ parallel: PARALLEL, onEvent, color: "never" })
            : stack.preview({ parallel: PARALLEL, onEvent, color: "never" }));
    } catch (error) {
        failure = errors[0] ?? (error as Error).message;
    }
    return {
        stack: stackName,
        result: failure === "" ? "done" : "FAILED",
        changed,
        unchanged,
        seconds: Math.round((Date.now() - started) / 100) / 10,
        why: failure.split("\n", 1)[0] ?? "",
    };
}

function nameOf(urn: string | undefined): string {
    return urn?.split("::").at(-1) ?? "stack";
}

function say(stack: string, text: string): void {
    console.log(`${stack.padEnd(24)} ${text.replaceAll("\n", `\n${" ".repeat(25)}`)}`);
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
