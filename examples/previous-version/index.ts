import * as pulumi from "@pulumi/pulumi";
import { CustomImage } from "imagefleet";

const url = new pulumi.Config().require("url");

const image = new CustomImage("web", { source: { url }, regions: ["nyc3", "ams3"], retain: 2 });
export const imageId = image.imageId;
