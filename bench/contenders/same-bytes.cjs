/**
 * A provider that does nothing, registered as ours is, with the inputs and outputs that ours had in BENCH_TEMPLATE:
 * the engine writes the same bytes, so what differs is our work.
 */
const { readFileSync } = require("node:fs");

exports.declare = ({ serviceId, ids }) => {
    const pulumi = require("@pulumi/pulumi");
    const template = readTemplate();
    // As long as the text it stands for.
    const provider = "exports.handler = () => require(process.env.BENCH_SAME_BYTES).provider;".padEnd(
        template.inputs.__provider.length,
    );
    // As many letters as ConnectionDecision.
    const type = "pulumi-nodejs:dynamic/connection:SameBytesDoNothing";
    for (const endpointId of ids) {
        new pulumi.CustomResource(type, endpointId, {
            ...Object.fromEntries(Object.keys(template.outputs).map((key) => [key, undefined])),
            connection: { kind: "aws:vpcEndpoint", serviceId, endpointId },
            decision: "accept",
            expectedRequester: "111122223333",
            reason: "CHG-2041 analytics reads the ledger API",
            __provider: provider,
            __urn: pulumi.createUrn(endpointId, type),
        });
    }
};

exports.provider = {
    async check(_olds, news) {
        const { inputs } = filled(news.connection.endpointId);
        return { inputs: { ...inputs, __provider: news.__provider, __urn: news.__urn } };
    },
    async diff() {
        return { changes: false };
    },
    async create(inputs) {
        const { id, outputs } = filled(inputs.connection.endpointId);
        return { id, outs: { ...outputs, __provider: inputs.__provider, __urn: inputs.__urn } };
    },
    async read(id, props) {
        return { id, props };
    },
    async update(_id, olds) {
        return { outs: olds };
    },
    async delete() {},
};

function readTemplate() {
    return JSON.parse(readFileSync(process.env.BENCH_TEMPLATE, "utf8"));
}

let text;
function filled(endpointId) {
    text ??= readFileSync(process.env.BENCH_TEMPLATE, "utf8");
    return JSON.parse(text.replaceAll("@ENDPOINT@", endpointId));
}
