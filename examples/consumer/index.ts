import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

/** A stack of `examples/network`, such as `organization/network/dev`. */
const network = new pulumi.StackReference(config.require("network"));

const domain = new digitalocean.Domain("brand", { name: config.require("domain") });
const record = new digitalocean.DnsRecord("brand", {
  ...{ domain: domain.name, name: "@", type: "A", ttl: 60 },
  value: network.requireOutput("address") as pulumi.Output<string>,
});

export const name = record.fqdn;
export const droplets = network.requireOutput("addresses").apply((addresses) => (addresses as string[]).length);
