/** What a program imports as `imagefleet/service`; needs `@pulumi/digitalocean` beside it. */
export { ImageService } from "./imageService";
export { serviceFaults } from "./serviceFaults";
export type { ServiceParts } from "./imageService";
export type {
  ImageServiceArgs,
  ServiceDnsArgs,
  ServiceFirewallArgs,
  ServiceFleetArgs,
  ServiceLoadBalancerArgs,
  ServiceProjectArgs,
  ServiceSshKeyArgs,
  ServiceVpcArgs,
} from "./serviceArgs";
