import * as pulumi from "@pulumi/pulumi";
import { CustomImage, DropletFleet, ImageReplication } from "../components";
import { fleetFaults } from "../components/dropletFleet";
import { ImageService, type ImageServiceArgs } from "../components/service";
import { mapped } from "../components/service/byRegion";
import { serviceFaults } from "../components/service/serviceFaults";
import { copyFaults } from "../components/waitFor";

/** A component as it was laid out, and what the program that asked for it gets of it. */
export interface Constructed {
  readonly component: pulumi.ComponentResource;
  readonly outputs: pulumi.Inputs;
}

/** How a component is made from the inputs that its schema names. */
export interface Layout {
  /** What is wrong with them, a sentence each: what the component itself would refuse. */
  faults(this: void, name: string, inputs: pulumi.Inputs): readonly string[];
  layOut(this: void, name: string, inputs: pulumi.Inputs, opts: pulumi.ComponentResourceOptions): Constructed;
}

export const layouts: Readonly<Record<string, Layout>> = {
  "imagefleet:index:CustomImage": {
    faults: faultsOfCopies,
    layOut: (name, inputs, opts) => {
      const component = new CustomImage(name, withWaitFor(inputs) as never, opts);
      const { imageId, regions, digest, minDiskSize, sizeGigabytes } = component;
      return { component, outputs: { imageId, regions, imageIds: imageIds(component), digest, minDiskSize, sizeGigabytes } };
    },
  },
  "imagefleet:index:ImageReplication": {
    faults: faultsOfCopies,
    layOut: (name, inputs, opts) => {
      const component = new ImageReplication(name, withWaitFor(inputs) as never, opts);
      const { imageId, regions } = component;
      return { component, outputs: { imageId, regions, imageIds: imageIds(component) } };
    },
  },
  "imagefleet:index:DropletFleet": {
    faults: (name, inputs) => fleetFaults(name, inputs as never),
    layOut: (name, inputs, opts) => {
      const component = new DropletFleet(name, inputs as never, opts);
      return { component, outputs: outputsOf(component) };
    },
  },
  "imagefleet:index:ImageService": {
    faults: (_name, inputs) => {
      const own = serviceInputFaults(inputs);
      return own.length > 0 ? own : serviceFaults(serviceArgs(inputs));
    },
    layOut: (name, inputs, opts) => {
      const component = new ImageService(name, serviceArgs(inputs), opts);
      const { url, addresses, loadBalancers, imageId, fleets } = component;
      return { component, outputs: { url, addresses, loadBalancers, imageId, fleets: mapped(fleets, outputsOf) } };
    },
  },
};

function outputsOf({ droplets, addresses, fleetTag, servingTag, rollout }: DropletFleet): pulumi.Inputs {
  return { droplets, addresses, fleetTag, servingTag, rollout };
}

/** Each union of TypeScript is two properties in a schema. */
function serviceArgs({ sshKeys, publicKey, project, projectId, ...inputs }: Readonly<Record<string, unknown>>): ImageServiceArgs {
  const args = { ...inputs, sshKeys: publicKey === undefined ? sshKeys : { publicKey }, project: project ?? projectId };
  return args as unknown as ImageServiceArgs;
}

/** What is wrong with arguments of which TypeScript makes one. */
function serviceInputFaults(inputs: pulumi.Inputs): readonly string[] {
  const { sshKeys, publicKey, project, projectId } = inputs;
  const isOutput = (name: string): boolean => pulumi.Output.isInstance(inputs[name]);
  const opaque = ["fleet", "overrides", "vpc", "firewall", "loadBalancer", "dns", "project"].filter(isOutput);
  return [
    ...opaque.map(
      (name) => `\`${name}\` must be known when the program runs, for it decides which resources exist; its values may be Outputs.`,
    ),
    ...(sshKeys === undefined && publicKey === undefined ? ["`sshKeys` must be given, unless `publicKey` is."] : []),
    ...(sshKeys !== undefined && publicKey !== undefined ? ["`publicKey` must not be given beside `sshKeys`: leave one of them out."] : []),
    ...(project !== undefined && projectId !== undefined ? ["`projectId` must not be given beside `project`: leave one of them out."] : []),
  ];
}

function faultsOfCopies(_name: string, inputs: pulumi.Inputs): readonly string[] {
  const { regions, waitFor } = withWaitFor(inputs);
  return copyFaults(regions, waitFor ?? "all");
}

/** A schema has no union: the words are given as a list of one there. */
function withWaitFor({ waitFor, ...inputs }: pulumi.Inputs): pulumi.Inputs {
  const [word, ...others] = Array.isArray(waitFor) ? (waitFor as readonly unknown[]) : [];
  return { ...inputs, waitFor: others.length === 0 && (word === "all" || word === "home") ? word : (waitFor as unknown) };
}

/** What `in(region)` gives for each region that is waited for. */
function imageIds({ imageId, regions }: CustomImage | ImageReplication): pulumi.Output<Readonly<Record<string, string>>> {
  return pulumi.all([imageId, regions]).apply(([id, waited]) => Object.fromEntries(waited.map((region) => [region, id])));
}
