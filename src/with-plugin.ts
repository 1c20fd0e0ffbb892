/** `pulumi-connection-decision/plugin`: the same classes, carried out by the resource plugin. */
export * from "./index";
export { ConnectionAdmission, ConnectionDecision, Provider } from "./program/plugin";
