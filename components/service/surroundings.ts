import * as digitalocean from "@pulumi/digitalocean";
import type * as pulumi from "@pulumi/pulumi";
import { byRegion, mapped } from "./byRegion";
import type { ByRegion } from "./byRegion";
import { makeFirewall } from "./firewall";
import { makeLoadBalancer } from "./loadBalancer";
import { projectOf } from "./project";
import { makeAddresses } from "./reservedIps";
import type { ImageServiceArgs } from "./serviceArgs";

/** Whose child a resource is, the prefix of its logical name, and that of its name at DigitalOcean. */
export interface Household {
  readonly parent: pulumi.ComponentResource;
  readonly logicalName: string;
  readonly name: string;
}

/** What stands before the fleets, for it selects them by tags of the program: selecting by a fleet's own tag would be a cycle. */
export interface Surroundings {
  readonly sshKey?: digitalocean.SshKey;
  /** On every Droplet. */
  readonly memberTag: digitalocean.Tag;
  /** On a Droplet while it serves. */
  readonly servingTag: digitalocean.Tag;
  readonly vpcs: ByRegion<digitalocean.Vpc>;
  readonly loadBalancers: ByRegion<digitalocean.LoadBalancer>;
  readonly firewall?: digitalocean.Firewall;
  readonly reservedIps: ByRegion<readonly digitalocean.ReservedIp[]>;
  readonly project?: digitalocean.Project;
  /** Of the project that is made or given. */
  readonly projectId?: pulumi.Input<string>;
}

export function makeSurroundings(house: Household, args: ImageServiceArgs): Surroundings {
  const { parent, logicalName, name } = house;
  const { regions, sshKeys, loadBalancer, firewall } = args;
  const publicKey = "publicKey" in sshKeys ? sshKeys.publicKey : undefined;
  const sshKey = publicKey === undefined ? undefined : new digitalocean.SshKey(logicalName, { name, publicKey }, { parent });
  // The API wants the tags to exist that a firewall names.
  const memberTag = new digitalocean.Tag(`${logicalName}-member`, { name }, { parent });
  const servingTag = new digitalocean.Tag(`${logicalName}-serving`, { name: `${name}-serving` }, { parent });
  const vpcs = makeVpcs(house, args);
  const vpcUuids = vpcUuidsOf(args, vpcs);
  const loadBalancers =
    loadBalancer === undefined
      ? {}
      : byRegion(regions, (region) => makeLoadBalancer(house, { region, vpcUuid: vpcUuids[region], tag: servingTag.name }, loadBalancer));
  const wall = firewall && makeFirewall(house, { ...args, firewall }, memberTag.name, Object.values(loadBalancers));
  const reservedIps = byRegion(args.reservedIps ? regions : [], (region) => makeAddresses(house, region, args.reservedIps ?? 0));
  const project = args.project === undefined ? {} : projectOf(house, args.project, loadBalancers);
  return { sshKey, memberTag, servingTag, vpcs, loadBalancers, firewall: wall, reservedIps, ...project };
}

/** The VPC of each region that is not in its default one. */
export function vpcUuidsOf({ vpc }: ImageServiceArgs, made: Surroundings["vpcs"]): ByRegion<pulumi.Input<string>> {
  return vpc?.uuids ?? mapped(made, ({ id }) => id);
}

function makeVpcs({ parent, logicalName, name }: Household, { regions, vpc }: ImageServiceArgs): Surroundings["vpcs"] {
  return byRegion(vpc === undefined || vpc.uuids !== undefined ? [] : regions, (region) => {
    const wanted = { name: `${name}-${region}`, region, ipRange: vpc?.ipRanges?.[region] };
    // Neither two of a name nor two of a range can be there.
    return new digitalocean.Vpc(`${logicalName}-${region}`, wanted, { parent, deleteBeforeReplace: true });
  });
}
