import { ApiError, invalid, page, type Answer } from "../answers";
import { sizes } from "../catalog";
import { flag, reference, requiredText } from "../fields";
import type { ApiCall, Route } from "../route";
import { actionsOf, formatAction, requireAction, type ActionRow } from "./actions";
import { requireDroplet, requireTagged, startDroplet, startDropletAction, stopDroplet, type DropletRow } from "./droplets";
import { blankImage, findUsableImage } from "./images";

/** Checks an action's fields, and returns the effect that it has at its end. */
type Prepare = (call: ApiCall, droplet: DropletRow) => () => void;

const restart: Prepare = ({ cloud }, droplet) => {
  return () => startDroplet(cloud, droplet);
};

const stop: Prepare = ({ cloud }, droplet) => {
  if (droplet.status === "off") throw invalid("Droplet is already powered off.");
  return () => stopDroplet(cloud, droplet);
};

const powerOn: Prepare = ({ cloud }, droplet) => {
  if (droplet.status === "active") throw invalid("Droplet is already powered on.");
  return () => startDroplet(cloud, droplet);
};

const rebuild: Prepare = ({ cloud, team, body, now }, droplet) => {
  const image = findUsableImage(cloud, team, reference(body.image, "image"), now);
  if (image === undefined) throw invalid("You specified an invalid image for Droplet rebuild.");
  if (image.status !== "available" || !image.regions.includes(droplet.regionSlug)) {
    throw invalid("The image is not available in the requested region.");
  }
  return () => {
    droplet.image = image;
    startDroplet(cloud, droplet);
  };
};

const resize: Prepare = ({ body }, droplet) => {
  const size = sizes.find((one) => one.slug === requiredText(body, "size"));
  if (size === undefined) throw invalid("You specified an invalid size for Droplet resize.");
  if (!size.regions.includes(droplet.regionSlug)) throw invalid("Size is not available in this region.");
  if (size.disk < droplet.disk) throw invalid("This size is not available because it has a smaller disk.");
  if (droplet.status !== "off") throw invalid("Droplet must be powered off before it can be resized.");
  const growsDisk = flag(body, "disk");
  return () => {
    droplet.size = size;
    if (growsDisk) droplet.disk = size.disk;
  };
};

const rename: Prepare = ({ body }, droplet) => {
  const name = requiredText(body, "name");
  return () => (droplet.name = name);
};

const snapshot: Prepare = ({ cloud, team, body }, droplet) => {
  const name = requiredText(body, "name");
  return () => {
    const { distribution, sha256, size_gigabytes } = droplet.image;
    const blank = blankImage(cloud.ids.next("image"), name, cloud.clock.now());
    const made = { type: "snapshot", status: "available", regions: [droplet.regionSlug], min_disk_size: droplet.disk } as const;
    team.images.add({ ...blank, ...made, distribution, sha256, size_gigabytes });
    droplet.snapshotIds.push(blank.id);
  };
};

const prepares: Readonly<Record<string, Prepare>> = {
  reboot: restart,
  power_cycle: restart,
  shutdown: stop,
  power_off: stop,
  power_on: powerOn,
  rebuild,
  resize,
  rename,
  snapshot,
};

/** Actions of the API that the emulator does not model. */
const notModelled = [
  "enable_backups",
  "disable_backups",
  "change_backup_policy",
  "restore",
  "password_reset",
  "change_kernel",
  "enable_ipv6",
];

function act(call: ApiCall, droplets: readonly DropletRow[]): ActionRow[] {
  const type = requiredText(call.body, "type");
  const prepare = prepares[type];
  if (notModelled.includes(type)) throw new ApiError(501, `The emulator does not model the action ${type} of a Droplet.`);
  if (prepare === undefined) throw new ApiError(404, "The specified action type is not available.");
  if (droplets.some((droplet) => droplet.locked)) throw invalid("Droplet already has a pending event.");
  const prepared = droplets.map((droplet) => ({ droplet, effect: prepare(call, droplet) }));
  return prepared.map(({ droplet, effect }) => startDropletAction(call.cloud, call.team, droplet, type, effect));
}

function actOnDroplet(call: ApiCall): Answer {
  const [action] = act(call, [requireDroplet(call)]);
  return { status: 201, body: { action: action && formatAction(call.cloud, action) } };
}

function actOnTagged(call: ApiCall): Answer {
  const actions = act(call, requireTagged(call));
  return { status: 201, body: { actions: actions.map((action) => formatAction(call.cloud, action)) } };
}

export const dropletActionRoutes: readonly Route[] = [
  { method: "POST", path: "/v2/droplets/actions", scope: "droplet:update", handle: actOnTagged },
  { method: "POST", path: "/v2/droplets/:droplet/actions", scope: "droplet:update", handle: actOnDroplet },
  {
    method: "GET",
    path: "/v2/droplets/:droplet/actions",
    scope: "droplet:read",
    handle: (call) => {
      const actions = actionsOf(call.team, "droplet", requireDroplet(call).id);
      return page(call, "actions", actions, (action) => formatAction(call.cloud, action));
    },
  },
  {
    method: "GET",
    path: "/v2/droplets/:droplet/actions/:action",
    scope: "droplet:read",
    handle: (call) => ({ status: 200, body: { action: formatAction(call.cloud, requireAction(call, requireDroplet(call).id)) } }),
  },
];
