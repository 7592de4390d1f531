import * as pulumi from "@pulumi/pulumi";
import { CustomImage } from "../../components";

const config = new pulumi.Config();
new CustomImage("web", { source: { url: config.require("url") }, regions: config.requireObject<string[]>("regions"), retain: 1 });
