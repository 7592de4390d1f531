import * as pulumi from "@pulumi/pulumi";
import { CustomImage, DropletFleet, ImageReplication } from "../components";

/** A component as it was laid out, and what the program that asked for it gets of it. */
export interface Constructed {
  readonly component: pulumi.ComponentResource;
  readonly outputs: pulumi.Inputs;
}

type Layout = (name: string, inputs: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) => Constructed;

/** How each component is made from the inputs that its schema names. */
export const layouts: Readonly<Record<string, Layout>> = {
  "imagefleet:index:CustomImage": (name, inputs, opts) => {
    const component = new CustomImage(name, withWaitFor(inputs) as never, opts);
    const { imageId, regions, digest, minDiskSize, sizeGigabytes } = component;
    return { component, outputs: { imageId, regions, imageIds: imageIds(component), digest, minDiskSize, sizeGigabytes } };
  },
  "imagefleet:index:ImageReplication": (name, inputs, opts) => {
    const component = new ImageReplication(name, withWaitFor(inputs) as never, opts);
    const { imageId, regions } = component;
    return { component, outputs: { imageId, regions, imageIds: imageIds(component) } };
  },
  "imagefleet:index:DropletFleet": (name, inputs, opts) => {
    const component = new DropletFleet(name, inputs as never, opts);
    const { droplets, addresses, fleetTag, servingTag } = component;
    return { component, outputs: { droplets, addresses, fleetTag, servingTag } };
  },
};

/** A schema has no union: the words are given as a list of one there. */
function withWaitFor({ waitFor, ...inputs }: pulumi.Inputs): pulumi.Inputs {
  const [word, ...others] = Array.isArray(waitFor) ? (waitFor as readonly unknown[]) : [];
  return { ...inputs, waitFor: others.length === 0 && (word === "all" || word === "home") ? word : (waitFor as unknown) };
}

/** What `in(region)` gives for each region that is waited for. */
function imageIds({ imageId, regions }: CustomImage | ImageReplication): pulumi.Output<Readonly<Record<string, string>>> {
  return pulumi.all([imageId, regions]).apply(([id, waited]) => Object.fromEntries(waited.map((region) => [region, id])));
}
