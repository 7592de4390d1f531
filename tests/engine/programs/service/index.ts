import * as pulumi from "@pulumi/pulumi";
import { CustomImage, DropletFleet } from "../../../../components";
import type { CustomImageArgs, DropletFleetArgs } from "../../../../components";

const config = new pulumi.Config();
const fleets = config.requireObject<Record<string, Omit<DropletFleetArgs, "image">>>("fleets");

const image = new CustomImage("web", config.requireObject<CustomImageArgs>("image"));
const running = Object.entries(fleets).map(([name, fleet]) => [name, new DropletFleet(name, { image, ...fleet })] as const);

export const imageId = image.imageId;
export const addresses = Object.fromEntries(running.map(([name, fleet]) => [name, fleet.addresses]));
