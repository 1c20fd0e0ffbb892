/** The least a dynamic provider can be: it stores one id and does nothing. */
exports.declare = ({ ids }) => {
    const pulumi = require("@pulumi/pulumi");
    for (const endpointId of ids) {
        new pulumi.CustomResource("pulumi-nodejs:dynamic/connection:Floor", endpointId, {
            endpointId,
            __provider: "exports.handler = () => require(process.env.BENCH_FLOOR).provider;",
        });
    }
};

exports.provider = {
    async check(_olds, news) {
        return { inputs: news };
    },
    async diff() {
        return { changes: false };
    },
    async create(inputs) {
        return { id: inputs.endpointId, outs: inputs };
    },
    async read(id, props) {
        return { id, props };
    },
    async update(_id, _olds, news) {
        return { outs: news };
    },
    async delete() {},
};
