/** This package, with the resource plugin. */
const { declareWith } = require("./ours.cjs");

exports.declare = declareWith(require("pulumi-connection-decision/plugin"));
