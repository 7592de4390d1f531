export { Fleet } from "./fleet";
export type { FleetArgs, FleetDroplet, Gate, GateArgs, HttpGateArgs, LiveDroplet, Rollout, RolloutArgs } from "./fleet";
export { ImageImport } from "./imageImport";
export type { ImageImportArgs, ImageSource, ImageSourceArgs } from "./imageImport";
export { ImageReplica } from "./imageReplica";
export type { ImageReplicaArgs } from "./imageReplica";
export { Provider } from "./provider";
export type { ProviderArgs } from "./provider";
export type { Team } from "./team";
