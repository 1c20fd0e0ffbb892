import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { installMoto } from "../../tools/moto/install.mjs";

/** moto's server of AWS's APIs, for one test: a cloud that nobody here wrote. Its address. */
export async function startMoto(): Promise<string> {
    const packages = await installMoto();
    const server = spawn("python3", ["-m", "moto.server", "--port", "0"], {
        env: { ...process.env, PYTHONPATH: packages, PYTHONUNBUFFERED: "1" },
        stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void server.kill());
    return new Promise<string>((resolve, reject) => {
        let text = "";
        const read = (chunk: Buffer) => {
            text += chunk;
            const address = /Running on (http:\S+)/.exec(text)?.[1];
            if (address !== undefined) {
                resolve(address);
            }
        };
        server.stdout.on("data", read);
        server.stderr.on("data", read);
        server.once("exit", () => reject(new Error(`moto ended:\n${text}`)));
    });
}
