import * as pulumi from "@pulumi/pulumi";
import { CustomImage } from "imagefleet";

const path = new pulumi.Config().require("path");

const image = new CustomImage("web", { source: { path }, regions: ["nyc3", "ams3"] });
export const imageId = image.imageId;
export const digest = image.digest;
