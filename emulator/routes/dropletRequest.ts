import { invalid } from "../answers";
import { sizes, type RegionWire, type SizeWire } from "../catalog";
import { flag, list, reference, requiredText, text, textList } from "../fields";
import type { ApiCall } from "../route";
import { findUsableImage, type ImageRow } from "./images";
import { findKey } from "./keys";
import { findRegion } from "./regions";
import { readTags } from "./tags";

/** The checked fields of a POST of Droplets, without the names. */
export interface DropletRequest {
  readonly region: RegionWire;
  readonly size: SizeWire;
  readonly image: ImageRow;
  readonly tags: readonly string[];
  readonly vpcUuid: string;
  readonly features: readonly string[];
  readonly volumeIds: readonly string[];
}

const mostAtOnce = 10;
const userDataBytes = 64 * 1024;

/** The names of a request: `name`, or up to 10 `names`. */
export function readNames({ body }: ApiCall): readonly string[] {
  const names = "names" in body ? textList(body, "names") : [requiredText(body, "name")];
  if (names.length === 0) throw invalid("`names` must contain at least one name, got none.");
  if (names.length > mostAtOnce) throw invalid("You can't create more than 10 Droplets at the same time.");
  const bad = names.find((name) => name.length > 255 || !/^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/.test(name));
  if (bad !== undefined) throw invalid("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  return names;
}

/** Checks all other fields. Throws a 422 for the first invalid one. */
export function readDropletRequest(call: ApiCall): DropletRequest {
  const { cloud, team, body, now } = call;
  const size = sizes.find((one) => one.slug === requiredText(body, "size"));
  if (size === undefined) throw invalid("You specified an invalid size for Droplet creation.");
  const image = findUsableImage(cloud, team, reference(body.image, "image"), now);
  if (image === undefined) throw invalid("You specified an invalid image for Droplet creation.");
  const region = readRegion(call, size, image);
  if (image.status !== "available" || !image.regions.includes(region.slug)) {
    throw invalid("The image is not available in the requested region.");
  }
  if ((image.min_disk_size ?? 0) > size.disk) throw invalid("This size is not available because it has a smaller disk.");
  checkKeys(call, image);
  checkFlags(call, image);
  const userData = text(body, "user_data") ?? "";
  if (Buffer.byteLength(userData) > userDataBytes) throw invalid("User data is too long (maximum is 64 KiB).");
  const vpcUuid = text(body, "vpc_uuid") ?? team.vpcs.all().find((vpc) => vpc.region === region.slug)?.id ?? "";
  if (team.vpcs.get(vpcUuid)?.region !== region.slug) throw invalid("Failed to resolve VPC: it must be one of the Droplet's region.");
  const features = ["private_networking", ...["backups", "ipv6", "monitoring"].filter((feature) => flag(body, feature))];
  const volumeIds = list(body, "volumes").map((volume) => {
    return reference(typeof volume === "object" && volume !== null && "id" in volume ? volume.id : volume, "volumes");
  });
  return { region, size, image, tags: readTags(call), vpcUuid, features, volumeIds };
}

/** The requested region: a slug, a prefix such as `nyc`, or, if none is given, the first region that has the size and the image. */
function readRegion({ cloud, body }: ApiCall, size: SizeWire, image: ImageRow): RegionWire {
  const wanted = text(body, "region") ?? "";
  const exact = findRegion(cloud, wanted);
  const fitting = size.regions.filter((slug) => slug.startsWith(wanted) && image.regions.includes(slug));
  const region = exact ?? fitting.map((slug) => findRegion(cloud, slug)).find((one) => one?.available);
  if (region?.available !== true) throw invalid("Region is not available");
  if (!size.regions.includes(region.slug)) throw invalid("Size is not available in this region.");
  return region;
}

function checkKeys({ cloud, team, body, now }: ApiCall, image: ImageRow): void {
  const keys = list(body, "ssh_keys").map((key) => reference(key, "ssh_keys"));
  const unknown = keys.filter((key) => findKey(team, key, now) === undefined);
  if (unknown.length > 0) throw invalid(`${unknown.join(", ")} are invalid key identifiers for Droplet creation.`);
  if (keys.length === 0 && image.type === "custom" && cloud.options.dropletWithoutSshKeys === "refuse") {
    throw invalid("You must add an SSH key to a Droplet that is created from a custom image.");
  }
}

function checkFlags({ cloud, body }: ApiCall, image: ImageRow): void {
  const snapshotOfCustom =
    image.type === "snapshot" && image.sha256 !== undefined && cloud.options.ipv6OnSnapshotOfCustomImage === "refuse";
  if (flag(body, "ipv6") && (image.type === "custom" || snapshotOfCustom)) throw invalid("image is not compatible with ipv6");
  if (flag(body, "monitoring") && image.type === "custom" && cloud.options.monitoringOnCustomImage === "refuse") {
    throw invalid("image is not compatible with monitoring");
  }
}
