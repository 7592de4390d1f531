/** What a program imports: the components, the resources that they lay out, and the provider for one account among several. */
export { ArgumentError } from "./argumentError";
export { CustomImage } from "./customImage";
export type { CustomImageArgs } from "./customImage";
export { DropletFleet } from "./dropletFleet";
export type { DropletFleetArgs } from "./dropletFleet";
export { ImageReplication } from "./imageReplication";
export type { ImageReplicationArgs } from "./imageReplication";
export type { WaitFor } from "./waitFor";
export * from "../provider/sdk";
