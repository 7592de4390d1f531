import { invalid, noContent, notFound, page, type Answer } from "../answers";
import type { BodyFields } from "../bodyFields";
import { publicImages, regionSlugs } from "../catalog";
import { timestamp } from "../clock";
import type { Cloud } from "../cloud";
import { requiredText, text } from "../fields";
import { importFile, type ImportResult } from "../importer";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";
import { runningRegions } from "./actions";
import { requireRegion } from "./regions";
import { hasTag, addTags, readTags } from "./tags";

/** An image: what the API shows of it, and the digest of the bytes that it came from. */
export interface ImageRow {
  readonly id: number;
  name: string;
  readonly type: "snapshot" | "custom";
  distribution: string;
  readonly slug: string | null;
  readonly public: boolean;
  regions: readonly string[];
  readonly created_at: string;
  min_disk_size: number | null;
  size_gigabytes: number | null;
  description: string;
  tags: readonly string[];
  status: "NEW" | "pending" | "available" | "deleted";
  error_message: string;
  /** SHA-256 of the file it was imported from, in hex. */
  sha256: string | undefined;
  /** The Droplet that it is a snapshot of. */
  readonly dropletId: number | undefined;
  /** From when on reads don't see an image that a user deleted. The row stays, because a second DELETE is answered differently from an unknown id. */
  deletedAt: number | undefined;
}

const distributions = [
  ...["Arch Linux", "CentOS", "CoreOS", "Debian", "Fedora", "Fedora Atomic", "FreeBSD", "Gentoo", "openSUSE", "RancherOS"],
  ...["Rocky Linux", "Ubuntu"],
];

const gibibyte = 2 ** 30;

/** The images that everyone can use. */
export function createPublicImages(now: number): readonly ImageRow[] {
  return publicImages.map((image) => ({
    ...blankImage(image.id, image.name, now),
    ...image,
    type: "snapshot",
    public: true,
    regions: regionSlugs,
    status: "available",
  }));
}

/** An image with nothing in it yet. */
export function blankImage(id: number, name: string, now: number): ImageRow {
  return {
    ...{ id, name, type: "custom", distribution: "Unknown OS", slug: null, public: false, regions: [], created_at: timestamp(now) },
    ...{ min_disk_size: null, size_gigabytes: null, description: "", tags: [], status: "NEW", error_message: "" },
    ...{ sha256: undefined, dropletId: undefined, deletedAt: undefined },
  };
}

/** The image with this id, or public image with this slug, as a read at `now` sees it. */
function findImage(cloud: Cloud, team: Team, reference: string, now: number): ImageRow | undefined {
  const known = cloud.publicImages.find((image) => image.slug === reference || String(image.id) === reference);
  return known ?? team.images.read(reference, now);
}

/** The same for a Droplet: a deleted image is not found. */
export function findUsableImage(cloud: Cloud, team: Team, reference: string, now: number): ImageRow | undefined {
  const image = findImage(cloud, team, reference, now);
  return image === undefined || isDeleted(image, now) || image.status === "deleted" ? undefined : image;
}

/** An image as the API shows it. */
export function formatImage(image: ImageRow): unknown {
  return { ...image, sha256: undefined, dropletId: undefined, deletedAt: undefined };
}

/** Reads a distribution as the service does: an unknown one becomes `Unknown OS`. */
function readDistribution(name: string | undefined): string {
  return name !== undefined && distributions.includes(name) ? name : "Unknown OS";
}

function createImage(call: ApiCall): Answer {
  const { cloud, team, body, now } = call;
  const name = requiredText(body, "name");
  const url = requiredText(body, "url");
  if (!/^(https?|ftp):\/\/./i.test(url)) throw invalid("`url` must begin with http://, https:// or ftp://, got something else.");
  const region = requireRegion(cloud, requiredText(body, "region")).slug;
  const tags = readTags(call);
  const image = blankImage(cloud.ids.next("image"), name, now);
  image.distribution = readDistribution(text(body, "distribution"));
  image.description = text(body, "description") ?? "";
  addTags(team, "images", image, tags);
  team.images.add(image, call.visibleAt);
  startImport(cloud, image, url, region);
  const { id, type, distribution, created_at, description, status, error_message } = image;
  const wire = { id, name, type, distribution, created_at, description, regions: [], tags: image.tags, status, error_message };
  return { status: 202, body: { image: wire } };
}

/** Starts the import. It ends once the file has been read and the import time has passed. */
function startImport(cloud: Cloud, image: ImageRow, url: string, region: string): void {
  const fault = cloud.faults.ofAction("import", region);
  const startedAt = cloud.clock.now();
  const milliseconds = (fault?.seconds ?? cloud.options.importSeconds) * 1000;
  let result: ImportResult | undefined;
  const finish = (): void => {
    if (result === undefined || image.status !== "pending" || cloud.clock.now() < startedAt + milliseconds) return;
    finishImport(image, region, fault?.fails === true ? { accepted: false, message: fault.message ?? "" } : result);
  };
  cloud.scheduler.at(startedAt + milliseconds / 4, () => (image.status = "pending"));
  cloud.scheduler.at(startedAt + milliseconds, finish);
  void importFile(cloud.source, url, cloud.options.sourceRedirect === "follow").then((read) => {
    result = read;
    cloud.scheduler.runDue();
    finish();
  });
}

function finishImport(image: ImageRow, region: string, result: ImportResult): void {
  if (!result.accepted) {
    image.status = "deleted";
    image.error_message = result.message;
    return;
  }
  image.status = "available";
  image.regions = [region];
  image.sha256 = result.sha256;
  image.size_gigabytes = Math.max(0.01, Math.round((result.fileBytes / gibibyte) * 100) / 100);
  image.min_disk_size = Math.max(1, Math.ceil((result.virtualBytes ?? result.fileBytes) / gibibyte));
}

function listImages(call: ApiCall): Answer {
  const { cloud, team, query, listedAt } = call;
  const hidesFailed = cloud.options.failedImportInLists === "hide";
  const own = team.images.list(listedAt).filter((image) => !isDeleted(image, listedAt) && !(hidesFailed && image.status === "deleted"));
  const tag = query.get("tag_name");
  const type = query.get("type");
  const all = query.get("private") === "true" || tag !== null ? own : [...cloud.publicImages, ...own];
  const tagged = tag === null ? all : all.filter((image) => hasTag(image, tag));
  const typed = type === null ? tagged : tagged.filter((image) => type === "distribution" && image.public);
  return page(call, "images", typed, formatImage);
}

/** The image that a path names. */
export function requireImage(call: ApiCall): ImageRow {
  const image = findImage(call.cloud, call.team, call.params.image ?? "", call.now);
  if (image === undefined) throw notFound();
  if (!isDeleted(image, call.now)) return image;
  if (call.cloud.options.readOfDeletedImage === "notFound") throw notFound();
  return { ...image, status: "deleted" };
}

/** Whether reads see no more of an image that a user deleted. */
export function isDeleted(image: ImageRow, now: number): boolean {
  return image.deletedAt !== undefined && image.deletedAt <= now;
}

/** The same for a request that changes it: only the team's own images, by id. */
export function requireOwnImage(call: ApiCall): ImageRow {
  const image = call.team.images.read(call.params.image ?? "", call.now);
  if (image === undefined || isDeleted(image, call.now)) throw notFound();
  return image;
}

function updateImage(call: ApiCall): Answer {
  const image = requireOwnImage(call);
  const { body } = call;
  image.name = text(body, "name") ?? image.name;
  if (image.type === "custom") {
    image.description = text(body, "description") ?? image.description;
    image.distribution = "distribution" in body ? readDistribution(text(body, "distribution")) : image.distribution;
  }
  return { status: 200, body: { image: formatImage(image) } };
}

function deleteImage(call: ApiCall): Answer {
  const image = call.team.images.get(call.params.image ?? "");
  if (image === undefined) throw notFound();
  if (image.deletedAt !== undefined || image.status === "deleted") throw invalid("Can not delete an already deleted image.");
  const busy = image.status !== "available" || runningRegions(call.team, image.id).length > 0;
  if (busy && call.cloud.options.deleteOfBusyImage === "refuse") throw invalid("Image already has a pending event.");
  image.deletedAt = call.visibleAt;
  return noContent;
}

const updatable: BodyFields = { name: "modelled", distribution: "modelled", description: "modelled" };

export const imageRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/images", scope: "image:read", handle: listImages },
  {
    method: "POST",
    path: "/v2/images",
    scope: "image:create",
    body: { ...updatable, url: "modelled", region: "modelled", tags: "modelled" },
    handle: createImage,
  },
  {
    method: "GET",
    path: "/v2/images/:image",
    scope: "image:read",
    handle: (call) => ({ status: 200, body: { image: formatImage(requireImage(call)) } }),
  },
  { method: "PUT", path: "/v2/images/:image", scope: "image:update", body: updatable, handle: updateImage },
  { method: "DELETE", path: "/v2/images/:image", scope: "image:delete", handle: deleteImage },
];
