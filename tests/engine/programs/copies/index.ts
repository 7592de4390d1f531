import * as pulumi from "@pulumi/pulumi";
import { ImageReplication } from "../../../../components";
import type { ImageReplicationArgs } from "../../../../components";

const golden = new ImageReplication("golden", new pulumi.Config().requireObject<ImageReplicationArgs>("golden"));

export const { imageId, regions } = golden;
