import * as pulumi from "@pulumi/pulumi";
import { CustomImage, DropletFleet } from "../../components";

const config = new pulumi.Config();
const regions = config.requireObject<string[]>("regions");
const sshKeys = [config.require("sshKey")];

const image = new CustomImage("web", { source: { url: config.require("url") }, regions });
// In the last region, so that the Droplet waits for a copy.
const region = regions[regions.length - 1] as string;
new DropletFleet("web", { image, region, size: "s-1vcpu-1gb", count: 1, sshKeys });
