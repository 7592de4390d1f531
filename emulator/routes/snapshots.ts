import { noContent, notFound, page } from "../answers";
import type { ApiCall, Route } from "../route";
import { isDeleted, type ImageRow } from "./images";

/** The snapshots of Droplets that a read sees. There are no volumes here, so there are no others. */
function snapshots({ team, now }: ApiCall): ImageRow[] {
  return team.images.list(now).filter((image) => image.type === "snapshot" && !isDeleted(image, now));
}

function requireSnapshot(call: ApiCall): ImageRow {
  const snapshot = snapshots(call).find(({ id }) => String(id) === call.params.snapshot);
  if (snapshot === undefined) throw notFound();
  return snapshot;
}

/** A snapshot as this route shows it: the same image is in `/v2/images` too. */
function formatSnapshot({ id, dropletId, name, created_at, regions, min_disk_size, size_gigabytes, tags }: ImageRow): unknown {
  const resource = { resource_id: String(dropletId), resource_type: "droplet" };
  return { id: String(id), name, created_at, regions, ...resource, min_disk_size, size_gigabytes, tags };
}

export const snapshotRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/snapshots",
    scope: "snapshot:read",
    handle: (call) => page(call, "snapshots", call.query.get("resource_type") === "volume" ? [] : snapshots(call), formatSnapshot),
  },
  {
    method: "GET",
    path: "/v2/snapshots/:snapshot",
    scope: "snapshot:read",
    handle: (call) => ({ status: 200, body: { snapshot: formatSnapshot(requireSnapshot(call)) } }),
  },
  {
    method: "DELETE",
    path: "/v2/snapshots/:snapshot",
    scope: "snapshot:delete",
    handle: (call) => {
      requireSnapshot(call).deletedAt = call.visibleAt;
      return noContent;
    },
  },
];
