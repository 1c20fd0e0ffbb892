import { spawn } from "node:child_process";
import { EC2 } from "@aws-sdk/client-ec2";
import { STS } from "@aws-sdk/client-sts";
import { onTestFinished } from "vitest";
import { installMoto } from "../../tools/moto/install.mjs";

export const OWNER = "123456789012";
export const REQUESTER = "111122223333";
export const REGION = "eu-west-1";
export const KEYS = { accessKeyId: "AKIAOWNER", secretAccessKey: "owner" };

/** The EC2 of two accounts of one moto, and the environment that a program of each runs in. */
export async function twoAccounts() {
    const endpoint = await startMoto();
    const sts = new STS({ endpoint, region: REGION, credentials: KEYS });
    const { Credentials } = await sts.assumeRole({
        RoleArn: `arn:aws:iam::${REQUESTER}:role/network`,
        RoleSessionName: "test",
    });
    const theirKeys = {
        accessKeyId: Credentials?.AccessKeyId ?? "",
        secretAccessKey: Credentials?.SecretAccessKey ?? "",
        sessionToken: Credentials?.SessionToken ?? "",
    };
    const env = {
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
        AWS_SESSION_TOKEN: "",
        AWS_REGION: REGION,
    };
    const theirEnv = {
        ...env,
        AWS_ACCESS_KEY_ID: theirKeys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: theirKeys.secretAccessKey,
        AWS_SESSION_TOKEN: theirKeys.sessionToken,
    };
    return {
        owner: new EC2({ endpoint, region: REGION, credentials: KEYS }),
        requester: new EC2({ endpoint, region: REGION, credentials: theirKeys }),
        env,
        theirEnv,
    };
}

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
