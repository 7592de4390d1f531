import { ApiError, invalid } from "../answers";
import type { BodyFields } from "../bodyFields";
import { sizes, type RegionWire, type SizeWire } from "../catalog";
import type { Cloud } from "../cloud";
import { flag, list, reference, requiredText, text, textList } from "../fields";
import type { ApiCall } from "../route";
import { backupPolicyFields, defaultBackupPolicy, readBackupPolicy, type BackupPolicy } from "./backups";
import { findUsableImage, type ImageRow } from "./images";
import { findKey } from "./keys";
import { findRegion } from "./regions";
import { readTags } from "./tags";
import { readVpc } from "./vpcs";

/** The checked fields of a POST of Droplets, without the names. */
export interface DropletRequest {
  readonly region: RegionWire;
  readonly size: SizeWire;
  readonly image: ImageRow;
  readonly tags: readonly string[];
  readonly vpcUuid: string;
  readonly features: readonly string[];
  readonly backupPolicy: BackupPolicy | undefined;
  readonly publicNetworking: boolean;
}

const mostAtOnce = 10;
const userDataBytes = 64 * 1024;

/** The names of a request: `name`, or up to 10 `names`. */
export function readNames({ body }: ApiCall): readonly string[] {
  const names = "names" in body ? textList(body, "names") : [requiredText(body, "name")];
  if (names.length === 0) throw invalid("`names` must contain at least one name, got none.");
  if (names.length > mostAtOnce) throw invalid("You can't create more than 10 Droplets at the same time.");
  names.forEach(checkName);
  return names;
}

/** Throws a 422 for a name that a Droplet cannot have. */
export function checkName(name: string): void {
  const valid = name.length <= 255 && /^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/.test(name);
  if (!valid) throw invalid("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
}

/** The fields of a POST of Droplets. There are no volumes here, so none can be attached. */
export const dropletFields: BodyFields = {
  ...{ name: "modelled", names: "modelled", region: "modelled", size: "modelled", image: "modelled", ssh_keys: "modelled" },
  ...{ backups: "modelled", backup_policy: { fields: backupPolicyFields }, ipv6: "modelled", monitoring: "modelled", tags: "modelled" },
  ...{ user_data: "modelled", vpc_uuid: "modelled", with_droplet_agent: "modelled", public_networking: "modelled" },
  private_networking: "noEffect",
  volumes: { only: [[]] },
};

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
  const vpcUuid = readVpc(call, region.slug).id;
  const features = ["private_networking", ...["backups", "ipv6", "monitoring"].filter((feature) => flag(body, feature))];
  if (flag(body, "with_droplet_agent", image.type !== "custom")) features.push("droplet_agent");
  const policy = readBackupPolicy(body);
  const backupPolicy = flag(body, "backups") ? (policy ?? defaultBackupPolicy) : undefined;
  const publicNetworking = flag(body, "public_networking", true);
  if (!publicNetworking && flag(body, "ipv6")) throw invalid("`ipv6` must be false for a Droplet without `public_networking`, got true.");
  return { region, size, image, tags: readTags(call), vpcUuid, features, backupPolicy, publicNetworking };
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
  if (flag(body, "ipv6")) checkIpv6(cloud, image);
  if (flag(body, "monitoring") && image.type === "custom" && cloud.options.monitoringOnCustomImage === "refuse") {
    throw invalid("image is not compatible with monitoring");
  }
  if (image.type === "custom" && flag(body, "with_droplet_agent")) {
    throw new ApiError(501, "The emulator does not model `with_droplet_agent: true` for a custom image.");
  }
}

/** Throws a 422 if Droplets of this image cannot have IPv6. */
export function checkIpv6(cloud: Cloud, image: ImageRow): void {
  const snapshotOfCustom =
    image.type === "snapshot" && image.sha256 !== undefined && cloud.options.ipv6OnSnapshotOfCustomImage === "refuse";
  if (image.type === "custom" || snapshotOfCustom) throw invalid("image is not compatible with ipv6");
}
