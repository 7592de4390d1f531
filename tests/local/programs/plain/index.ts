import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const zones: readonly string[] = config.requireObject<string[]>("zones");

export const stack = pulumi.getStack();
export const organization = pulumi.getOrganization();
export const greeting = config.require("greeting");
export const zoneCount = zones.length;
export const password = config.requireSecret("password");
