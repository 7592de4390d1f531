import * as pulumi from "@pulumi/pulumi";
import { ImageService } from "../../components/service";

const config = new pulumi.Config();

new ImageService("web", {
  source: { url: config.require("url") },
  regions: config.requireObject<string[]>("regions"),
  fleet: { size: "s-1vcpu-1gb", count: 2 },
  sshKeys: [config.require("sshKey")],
  vpc: {},
  firewall: {},
  loadBalancer: {
    port: 8080,
    healthcheck: { protocol: "http", port: 8080, path: "/", checkIntervalSeconds: 3, healthyThreshold: 2 },
  },
});
