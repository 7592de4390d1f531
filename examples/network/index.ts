import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { CustomImage, DropletFleet } from "imagefleet";

const config = new pulumi.Config();
const region = "ams3";

const vpc = new digitalocean.Vpc("shop", { name: "shop", region, ipRange: "10.20.0.0/20" });
// Tags of your own, made first: what selects by them can then stand before the Droplets.
const member = new digitalocean.Tag("member", { name: "shop" });
const serving = new digitalocean.Tag("serving", { name: "shop-serving" });

const balancer = new digitalocean.LoadBalancer("shop", {
  name: "shop",
  region,
  vpcUuid: vpc.id,
  dropletTag: serving.name,
  forwardingRules: [{ entryPort: 8080, entryProtocol: "http", targetPort: 8080, targetProtocol: "http" }],
  healthcheck: { protocol: "http", port: 8080, path: "/", checkIntervalSeconds: 3, healthyThreshold: 2 },
});
const firewall = new digitalocean.Firewall("shop", {
  name: "shop",
  tags: [member.name],
  inboundRules: [{ protocol: "tcp", portRange: "8080", sourceLoadBalancerUids: [balancer.id] }],
  outboundRules: [{ protocol: "tcp", portRange: "1-65535", destinationAddresses: ["0.0.0.0/0", "::/0"] }],
});

const image = new CustomImage("shop", { source: { url: config.require("url") }, regions: [region] });
const fleet = new DropletFleet(
  "shop",
  {
    ...{ image, region, size: "s-1vcpu-1gb", count: 2, sshKeys: config.requireObject<string[]>("sshKeys"), vpcUuid: vpc.id },
    ...{ tags: [member.name], servingTags: [serving.name] },
    // The firewall lets nothing in but the load balancer, so its verdict is the gate.
    gate: { loadBalancer: balancer.id },
    rollout: { drainSeconds: 10 },
  },
  { dependsOn: firewall },
);

const domain = new digitalocean.Domain("shop", { name: config.require("domain") });
const record = new digitalocean.DnsRecord("www", { domain: domain.name, name: "www", type: "A", value: balancer.ip, ttl: 60 });

export const name = record.fqdn;
export const address = balancer.ip;
export const addresses = fleet.addresses;
