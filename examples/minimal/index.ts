import * as pulumi from "@pulumi/pulumi";
import { CustomImage, DropletFleet } from "imagefleet";

const config = new pulumi.Config();
const url = config.require("url");
const sshKeys = config.requireObject<string[]>("sshKeys");

const image = new CustomImage("web", { source: { url }, regions: ["nyc3", "ams3"] });
const fleet = new DropletFleet("web", { image, region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys });
export const addresses = fleet.addresses;
