import { ImageService } from "../components/service";
import { readConfig } from "./config";

const { imageUrl: sourceUrl, imagePath: path, imageSha256: sha256, sshPublicKey: publicKey, ...wanted } = readConfig();

const service = new ImageService("web", { source: { url: sourceUrl, path, sha256 }, sshKeys: { publicKey }, ...wanted });

/** Where the service answers; null where there is no address that stays. */
export const url = service.url.apply((known) => known ?? null);
/** Public IPv4 addresses of the load balancers, by region. */
export const loadBalancers = service.loadBalancers;
/** Public IPv4 addresses of the Droplets that serve, by region. */
export const addresses = service.addresses;
/** The image's number, the same in all regions. */
export const imageId = service.imageId;
/** Where the image came from; null for a local file. With `digest` it is all that another stack needs to run the same image. */
export const imageUrl = sourceUrl ?? null;
/** SHA-256 of the image's source; null where none is declared. */
export const digest = service.made.customImage?.digest.apply((declared) => declared ?? null);
/** Where a change stands that isn't complete, by region: what `awaiting` says, `fleet.rollout.approved` lets go on. */
export const rollouts = Object.fromEntries(Object.entries(service.fleets).map(([region, { rollout }]) => [region, rollout]));
/** What other firewalls and load balancers can select Droplets by, by region. */
export const tags = Object.fromEntries(
  Object.entries(service.fleets).map(([region, { fleetTag, servingTag }]) => [region, { fleetTag, servingTag }]),
);
