/**
 * `npm start`: the quickstart on simulated clouds, with the CLI's own output. No account needed.
 *
 * Runs examples/quickstart as a user would, in its folder, against `connection-decision simulate`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findPulumi } from "./pulumi/install.mjs";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const program = path.join(repository, "examples/quickstart");
const scratch = mkdtempSync(path.join(tmpdir(), "connection-decision-quickstart-"));
const simulator = spawn(
    process.execPath,
    [
        path.join(repository, "dist/cli/main.js"),
        "simulate",
        "--world",
        path.join(program, "world.json"),
        "--settle",
        "500ms",
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
);

try {
    const bin = await findPulumi();
    if (bin === undefined) {
        throw new Error("no Pulumi CLI; run `npm run pulumi`");
    }
    const { url, env } = await firstLine(simulator);
    const reviewer = { AWS_ACCESS_KEY_ID: "AKIAREVIEWER" };
    const pulumi = (args, more = {}) => run(path.join(bin, "pulumi"), args, { ...cliEnv(bin), ...env, ...more });

    title("Simulated clouds: seven connection requests on AWS, Alibaba Cloud and Open Telekom Cloud", url);
    await clouds(url);
    await pulumi(["stack", "init", "quickstart", "--non-interactive"], { quiet: "true" });
    await pulumi(["config", "set", "connections:probe", "true"], { quiet: "true" });

    title("1. A reviewer previews: who asks, where each connection stands, what will happen");
    say("The reviewer's credentials may read but not reject on AWS; with connections:probe the preview says so.");
    await pulumi(["preview", "--diff", "--non-interactive"], reviewer);

    title("2. The owner applies");
    await pulumi(["up", "--yes", "--skip-preview", "--non-interactive"]);

    title("3. A converged preview: nothing to do");
    await pulumi(["preview", "--expect-no-changes", "--non-interactive"]);

    title("4. Somebody rejects the analytics team's endpoint outside of Pulumi; the next preview shows it");
    await change(url, (world) => {
        world.aws[0].endpointServices[0].connections[0].state = "rejected";
    });
    await pulumi(["preview", "--diff", "--non-interactive"]);

    title("5. up heals it");
    await pulumi(["up", "--yes", "--skip-preview", "--non-interactive"]);

    title("6. A request that is not from whom the program expects is refused in the preview");
    await pulumi(["preview", "--non-interactive"], {
        EXPECTED_REPORTING_DOMAIN: "00000000000000000000000000000000",
        expect: "failure",
    });

    title("7. destroy removes the decisions from the stack and leaves the clouds as decided");
    await pulumi(["destroy", "--yes", "--skip-preview", "--non-interactive"]);

    title("The clouds' own view of every connection");
    await clouds(url);
} finally {
    simulator.kill("SIGINT");
    rmSync(scratch, { recursive: true, force: true });
    rmSync(path.join(program, "Pulumi.quickstart.yaml"), { force: true });
}

function cliEnv(bin) {
    return {
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
        PULUMI_BACKEND_URL: `file://${scratch}`,
        PULUMI_HOME: path.join(scratch, "home"),
        PULUMI_CONFIG_PASSPHRASE: "quickstart",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_CONFIG_FILE: path.join(scratch, "Pulumi.quickstart.yaml"),
    };
}

/** Runs a command in the program's folder and shows it as typed; throws when it ends differently than expected. */
async function run(command, args, { quiet, expect = "success", ...env }) {
    const [name, ...rest] = args;
    const files = ["preview", "up", "destroy", "config"].includes(name)
        ? ["--config-file", env.PULUMI_CONFIG_FILE]
        : [];
    if (quiet === undefined) {
        console.log(`$ pulumi ${args.filter((arg) => arg !== "--non-interactive").join(" ")}`);
    }
    const child = spawn(command, [name, ...files, ...rest], {
        cwd: program,
        env: { ...process.env, ...env },
        stdio: ["ignore", quiet === undefined ? "inherit" : "ignore", "inherit"],
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    if ((code === 0) !== (expect === "success")) {
        throw new Error(`pulumi ${args.join(" ")} ended with status ${code}`);
    }
}

/** What the simulated clouds say themselves. */
async function clouds(url) {
    const world = await (await fetch(`${url}/_simulator/world`)).json();
    const rows = [
        ...world.aws.flatMap((region) => [
            ...region.endpointServices.flatMap((service) =>
                service.connections.map((c) => ["AWS VPC endpoint", c.vpcEndpointId, c.owner, c.state]),
            ),
            ...region.openSearchInboundConnections.map((c) => [
                "AWS OpenSearch",
                c.connectionId,
                c.remoteDomain.ownerId,
                c.status,
            ]),
        ]),
        ...world.alibaba.flatMap((account) =>
            account.vpcPeerConnections.map((c) => ["Alibaba VPC peering", c.instanceId, c.ownerId, c.status]),
        ),
        ...world.huawei.flatMap((project) =>
            project.endpointServices.flatMap((service) =>
                service.connections.map((c) => ["OTC VPC endpoint", c.id, c.domainId, c.status]),
            ),
        ),
    ];
    console.table(rows.map(([system, connection, requester, status]) => ({ system, connection, requester, status })));
}

async function change(url, edit) {
    const world = await (await fetch(`${url}/_simulator/world`)).json();
    edit(world);
    await fetch(`${url}/_simulator/world`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(world),
    });
}

function firstLine(child) {
    return new Promise((resolve, reject) => {
        let text = "";
        child.stdout.on("data", (chunk) => {
            text += chunk;
            if (text.includes("\n")) {
                resolve(JSON.parse(text.split("\n", 1)[0]));
            }
        });
        child.once("close", (code) => reject(new Error(`the simulator ended with status ${code}`)));
    });
}

function title(text, detail = "") {
    console.log(`\n\n=== ${text} ${detail}\n`);
}

function say(text) {
    console.log(`${text}\n`);
}
