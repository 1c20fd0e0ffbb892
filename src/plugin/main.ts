#!/usr/bin/env node
import { randomUUID } from "node:crypto";
import { Ending } from "../engine/ending";
import { engineLog } from "../engine/engine-log";
import { createProviders } from "../engine/providers";
import type { Wire } from "../engine/wire";
import { type ConfigReader, Configuration } from "../place/configuration";
import { systemClock } from "../shared/clock";
import { PLUGIN_ADMISSION_TYPE_TOKEN, PLUGIN_TYPE_TOKEN } from "../shared/contract";
import { fileLedger } from "../shared/ledger";
import { admissionType } from "./admission";
import { decisionType } from "./decision";
import { pluginFunctions } from "./functions";
import { pendingReader } from "./pending";
import { PluginResource } from "./resource";
import schema from "./schema.json";
import { serve } from "./server";
import { readerOf, settingProblems, stackPolicies, withOwnSettings } from "./settings";

/** The engine starts the plugin with its own address. */
const address = process.argv[2];
const ending = new Ending().listen();
const environment = process.env;
const { decisions, admissions } = createProviders({
    environment,
    clock: systemClock,
    log: engineLog(address),
    ledger: fileLedger(address),
    signal: ending.signal,
    newToken: randomUUID,
    previewsOutputs: true,
});

let settings: Wire = {};
const policies = stackPolicies(environment);
const readSetting: ConfigReader = (key) => readerOf(settings, policies)(key);

void serve({
    version: schema.version,
    schema: () => JSON.stringify(schema),
    resources: {
        [PLUGIN_TYPE_TOKEN]: new PluginResource(decisions, decisionType),
        [PLUGIN_ADMISSION_TYPE_TOKEN]: new PluginResource(admissions, admissionType),
    },
    functions: pluginFunctions(
        decisions,
        pendingReader(environment, systemClock, () => {
            const configuration = new Configuration(environment);
            configuration.configure(readSetting);
            return configuration;
        }),
    ),
    settingProblems: (given) => settingProblems(given, environment),
    configure: (given) => {
        settings = given;
        for (const provider of [decisions, admissions]) {
            provider.configure({ config: { get: readSetting } });
        }
    },
    cancel: () => ending.interrupt(),
    counted: (call) => ending.counted(call),
    explain: withOwnSettings,
}).then((port) => process.stdout.write(`${port}\n`));
