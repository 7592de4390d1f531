// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
export * from "./imageImport";
export * from "./imageReplica";
export * from "./fleet";
export * from "./getImage";
export * from "./inspectImage";
export * from "./provider";
export * from "./team";
export * from "./fleetRolloutStatus";
export * from "./fleetRolloutPlan";
