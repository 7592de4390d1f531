import * as pulumi from "@pulumi/pulumi";
import { CustomImage } from "imagefleet";

const config = new pulumi.Config();
const source = { url: config.require("url"), sha256: config.require("sha256") };

const image = new CustomImage("coreos", { source, regions: ["fra1"], distribution: "CoreOS" });
export const imageId = image.imageId;
