import * as pulumi from "@pulumi/pulumi";
import { CustomImage } from "../../components";

const config = new pulumi.Config();
const source = { url: config.require("url"), sha256: config.get("sha256") };
new CustomImage("web", { source, regions: config.requireObject<string[]>("regions"), retain: 1 });
