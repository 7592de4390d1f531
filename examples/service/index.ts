import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { ImageService } from "imagefleet/service";

const config = new pulumi.Config();
/** Where the load balancers listen. */
const entryPort = config.getNumber("port") ?? 80;

const domain = new digitalocean.Domain("shop", { name: config.require("domain") });
const service = new ImageService("shop", {
  source: { url: config.require("url"), sha256: config.get("sha256") },
  retain: 1,
  regions: ["ams3", "fra1", "nyc3"],
  waves: [["ams3"], ["fra1", "nyc3"]],
  fleet: { size: "s-1vcpu-1gb", count: 2 },
  overrides: { ams3: { count: 3 } },
  sshKeys: { publicKey: config.require("publicKey") },
  vpc: {},
  firewall: { inboundRules: [{ protocol: "tcp", portRange: "22", sourceAddresses: [config.require("operator")] }] },
  loadBalancer: {
    port: 8080,
    path: "/",
    forwardingRules: [{ entryPort, entryProtocol: "http", targetPort: 8080, targetProtocol: "http" }],
    healthcheck: { protocol: "http", port: 8080, path: "/", checkIntervalSeconds: 3, healthyThreshold: 2 },
  },
  reservedIps: 1,
  dns: { domain: domain.name, name: "www" },
  project: { purpose: "Web Application", environment: "Production" },
});

export const url = service.url;
export const loadBalancers = service.loadBalancers;
export const addresses = service.addresses;
export const imageId = service.imageId;
