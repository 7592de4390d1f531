import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { CustomImage, DropletFleet } from "../components";
import { readConfig } from "./config";

const { imageUrl: url, imagePath: path, imageSha256: sha256, retain, regions: wanted, sshPublicKey, fleets } = readConfig();

const key = new digitalocean.SshKey("operator", { name: `${pulumi.getProject()}-${pulumi.getStack()}`, publicKey: sshPublicKey });
const image = new CustomImage("web", { source: { url, path, sha256 }, regions: wanted, retain });
const running = Object.entries(fleets).map(([name, fleet]) => {
  return [name, new DropletFleet(name, { image, sshKeys: [key.fingerprint], ...fleet })] as const;
});

/** The image's number, the same in all regions. */
export const imageId = image.imageId;
/** SHA-256 of the image's source; null where none is declared. */
export const digest = image.digest.apply((declared) => declared ?? null);
/** Slugs of the regions the image is in. */
export const regions = image.regions;
/** Public IPv4 addresses of the Droplets that serve, by fleet. */
export const addresses = Object.fromEntries(running.map(([name, fleet]) => [name, fleet.addresses]));
/** What firewalls and load balancers select Droplets by, by fleet. */
export const tags = Object.fromEntries(running.map(([name, { fleetTag, servingTag }]) => [name, { fleetTag, servingTag }]));
