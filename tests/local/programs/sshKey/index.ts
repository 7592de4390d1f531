import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const key = new digitalocean.SshKey("deploy", { name: config.require("keyName"), publicKey: config.require("publicKey") });

export const { id, fingerprint } = key;
