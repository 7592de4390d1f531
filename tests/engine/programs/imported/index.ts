import * as pulumi from "@pulumi/pulumi";
import { ImageImport } from "../../../../components";
import type { ImageImportArgs } from "../../../../components";

export const { imageId } = new ImageImport("web", new pulumi.Config().requireObject<ImageImportArgs>("image"));
