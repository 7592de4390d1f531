import * as pulumi from "@pulumi/pulumi";
import { getImageOutput, inspectImage } from "../../../../components";

const config = new pulumi.Config();

export const imageId = getImageOutput({ name: pulumi.output(config.require("name")) }).imageId;
export const findings = inspectImage({ url: config.require("url") }).then((inspection) => inspection.findings.map(({ code }) => code));
