import * as pulumi from "@pulumi/pulumi";
import { DropletFleet } from "imagefleet";

const config = new pulumi.Config();

/** One customer: Droplets of the image that all of them share. */
const fleet = new DropletFleet(pulumi.getStack(), {
  image: config.require("image"),
  region: config.require("region"),
  size: "s-1vcpu-1gb",
  count: config.requireNumber("count"),
  sshKeys: config.requireObject<string[]>("sshKeys"),
  gate: { http: { port: 8080 } },
});

export const addresses = fleet.addresses;
