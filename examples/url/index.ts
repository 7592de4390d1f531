import * as pulumi from "@pulumi/pulumi";
import { CustomImage } from "imagefleet";

const config = new pulumi.Config();
const source = { url: config.require("url"), sha256: config.get("sha256"), verify: config.get("verify") };

const image = new CustomImage("web", { source, regions: ["nyc3", "ams3"] });
export const imageId = image.imageId;
export const digest = image.digest;
