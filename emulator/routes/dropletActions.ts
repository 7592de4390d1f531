import { ApiError, invalid, page, type Answer } from "../answers";
import type { ActionBodies, BodyFields } from "../bodyFields";
import { sizes } from "../catalog";
import { flag, reference, requiredText } from "../fields";
import type { ApiCall, Route } from "../route";
import { actionsOf, formatAction, requireAction, type ActionRow } from "./actions";
import { backupPolicyFields, defaultBackupPolicy, readBackupPolicy } from "./backups";
import { checkIpv6, checkName } from "./dropletRequest";
import { closePorts, requireDroplet, requireTagged, startDroplet, startDropletAction, stopDroplet, type DropletRow } from "./droplets";
import { blankImage, findUsableImage } from "./images";

/** Checks an action's fields, and returns the effect that it has at its end. */
type Prepare = (call: ApiCall, droplet: DropletRow) => () => void;

interface DropletAction {
  readonly fields: BodyFields;
  readonly prepare: Prepare;
  /** Whether the service offers it for all Droplets of a tag. */
  readonly byTag?: true;
  /** Whether the Droplet listens on nothing while it goes on. */
  readonly silences?: true;
}

const restart: Prepare = ({ cloud, team }, droplet) => {
  if (droplet.status === "off" && cloud.options.restartOfStoppedDroplet === "refuse") {
    throw invalid("Droplet is currently powered off. Please power it on to run this event.");
  }
  return () => (droplet.status === "off" ? undefined : startDroplet(cloud, team, droplet));
};

const stop: Prepare = ({ cloud, team }, droplet) => {
  if (droplet.status === "off") throw invalid("Droplet is already powered off.");
  return () => stopDroplet(cloud, team, droplet);
};

const powerOn: Prepare = ({ cloud, team }, droplet) => {
  if (droplet.status === "active") throw invalid("Droplet is already powered on.");
  return () => startDroplet(cloud, team, droplet);
};

const rebuild: Prepare = ({ cloud, team, body, now }, droplet) => {
  const image = findUsableImage(cloud, team, reference(body.image, "image"), now);
  if (image === undefined) throw invalid("You specified an invalid image for Droplet rebuild.");
  if (image.status !== "available" || !image.regions.includes(droplet.regionSlug)) {
    throw invalid("The image is not available in the requested region.");
  }
  return () => {
    droplet.image = image;
    startDroplet(cloud, team, droplet);
  };
};

const resize: Prepare = ({ body }, droplet) => {
  const size = sizes.find((one) => one.slug === requiredText(body, "size"));
  const growsDisk = flag(body, "disk");
  if (size === undefined) throw invalid("You specified an invalid size for Droplet resize.");
  if (!size.regions.includes(droplet.regionSlug)) throw invalid("Size is not available in this region.");
  if (size.disk < droplet.disk) throw invalid("This size is not available because it has a smaller disk.");
  if (droplet.status !== "off") throw invalid("Droplet must be powered off before it can be resized.");
  return () => {
    droplet.size = size;
    if (growsDisk) droplet.disk = size.disk;
  };
};

const rename: Prepare = ({ body }, droplet) => {
  const name = requiredText(body, "name");
  checkName(name);
  return () => (droplet.name = name);
};

const snapshot: Prepare = ({ cloud, team, body }, droplet) => {
  const name = requiredText(body, "name");
  return () => {
    const { distribution, sha256, size_gigabytes } = droplet.image;
    const blank = blankImage(cloud.ids.next("image"), name, cloud.clock.now());
    const made = { type: "snapshot", status: "available", regions: [droplet.regionSlug], min_disk_size: droplet.disk } as const;
    team.images.add({ ...blank, ...made, distribution, sha256, size_gigabytes, dropletId: droplet.id });
  };
};

const enableBackups: Prepare = ({ body }, droplet) => {
  const policy = readBackupPolicy(body) ?? defaultBackupPolicy;
  if (droplet.backupPolicy !== undefined) throw invalid("Backups are already enabled on this Droplet.");
  return () => {
    droplet.backupPolicy = policy;
    droplet.features = [...droplet.features, "backups"];
  };
};

const changeBackupPolicy: Prepare = ({ body }, droplet) => {
  const policy = readBackupPolicy(body);
  if (policy === undefined) throw invalid("`backup_policy` must be an object, got nothing.");
  if (droplet.backupPolicy === undefined) throw invalid("Backups are not enabled on this Droplet.");
  return () => (droplet.backupPolicy = policy);
};

const disableBackups: Prepare = (_, droplet) => {
  if (droplet.backupPolicy === undefined) throw invalid("Backups are not enabled on this Droplet.");
  return () => {
    droplet.backupPolicy = undefined;
    droplet.features = droplet.features.filter((feature) => feature !== "backups");
  };
};

const enableIpv6: Prepare = ({ cloud }, droplet) => {
  checkIpv6(cloud, droplet.image);
  if (droplet.publicAddress === undefined) throw invalid("IPv6 needs public networking, which this Droplet does not have.");
  if (droplet.features.includes("ipv6")) throw invalid("IPv6 is already enabled on this Droplet.");
  return () => (droplet.features = [...droplet.features, "ipv6"]);
};

const policy: BodyFields = { backup_policy: { fields: backupPolicyFields } };

/** Every action of a Droplet; null for one that is not modelled. */
const dropletActions: Readonly<Record<string, DropletAction | null>> = {
  reboot: { fields: {}, prepare: restart, silences: true },
  power_cycle: { fields: {}, prepare: restart, byTag: true, silences: true },
  shutdown: { fields: {}, prepare: stop, byTag: true },
  power_off: { fields: {}, prepare: stop, byTag: true },
  power_on: { fields: {}, prepare: powerOn, byTag: true },
  rebuild: { fields: { image: "modelled" }, prepare: rebuild, silences: true },
  resize: { fields: { size: "modelled", disk: "modelled" }, prepare: resize },
  rename: { fields: { name: "modelled" }, prepare: rename },
  snapshot: { fields: { name: "modelled" }, prepare: snapshot, byTag: true },
  enable_backups: { fields: policy, prepare: enableBackups, byTag: true },
  change_backup_policy: { fields: policy, prepare: changeBackupPolicy },
  disable_backups: { fields: {}, prepare: disableBackups, byTag: true },
  enable_ipv6: { fields: {}, prepare: enableIpv6, byTag: true },
  restore: null,
  password_reset: null,
  change_kernel: null,
};

/** The bodies of the actions, of all or of those that the service offers by tag. */
function bodies(byTag: boolean): ActionBodies {
  const offered = Object.entries(dropletActions).filter(([, action]) => !byTag || action?.byTag === true);
  return Object.fromEntries(offered.map(([type, action]) => [type, action && action.fields]));
}

function act(call: ApiCall, droplets: readonly DropletRow[], byTag = false): ActionRow[] {
  const type = requiredText(call.body, "type");
  const action = Object.hasOwn(dropletActions, type) ? dropletActions[type] : undefined;
  if (!action || (byTag && action.byTag !== true)) throw new ApiError(404, "The specified action type is not available.");
  if (droplets.some((droplet) => droplet.locked)) throw invalid("Droplet already has a pending event.");
  const prepared = droplets.map((droplet) => ({ droplet, effect: action.prepare(call, droplet) }));
  return prepared.map(({ droplet, effect }) => {
    if (action.silences === true) closePorts(call.cloud, call.team, droplet);
    return startDropletAction(call.cloud, call.team, droplet, type, effect);
  });
}

function actOnDroplet(call: ApiCall): Answer {
  const [action] = act(call, [requireDroplet(call)]);
  return { status: 201, body: { action: action && formatAction(call.cloud, action) } };
}

function actOnTagged(call: ApiCall): Answer {
  const actions = act(call, requireTagged(call), true);
  return { status: 201, body: { actions: actions.map((action) => formatAction(call.cloud, action)) } };
}

export const dropletActionRoutes: readonly Route[] = [
  { method: "POST", path: "/v2/droplets/actions", scope: "droplet:update", actions: bodies(true), handle: actOnTagged },
  { method: "POST", path: "/v2/droplets/:droplet/actions", scope: "droplet:update", actions: bodies(false), handle: actOnDroplet },
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
