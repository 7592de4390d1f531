import * as pulumi from "@pulumi/pulumi";
import { CustomImage, DropletFleet, ImageReplication } from "../components";
import { fleetFaults } from "../components/dropletFleet";
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
      const { droplets, addresses, fleetTag, servingTag, rollout } = component;
      return { component, outputs: { droplets, addresses, fleetTag, servingTag, rollout } };
    },
  },
};

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
