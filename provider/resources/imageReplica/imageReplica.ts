import type { ImageWire } from "../../api/wire";
import { Unfinished } from "../../host/fault";
import { isKnown, type PropertyTable, type ValuesOf, type WithUnknowns } from "../../host/property";
import type { Call, Effects, Existing, Known, ReadAnswer, ResourceChange, ResourceType, State, StoredState } from "../../host/resource";
import type { ProviderContext, Team } from "../../providerContext";
import type { Copy } from "../../watch/copies";
import { isImporting, type ImageWatcher } from "../../watch/imageWatcher";
import { isRegionSlug } from "../../rules/regionSlug";
import { regionSlugRule, teamTable } from "../imageImport/imageImportTable";
import { requireImageRegion } from "../regionCheck";
import { parseReplicaId, replicaId } from "./replicaId";
import { requireTeam } from "../teamCheck";

export const replicaInputs = {
  imageId: {
    shape: "id",
    required: true,
    change: "replace",
    doc: "Number of the image: a custom image or snapshot of this account, made here or elsewhere. A change replaces the replica.",
    rules: [{ expectation: "must be an image's number, such as `38413969`", holds: (value: string) => /^\d+$/.test(value) }],
  },
  region: {
    shape: "string",
    required: true,
    change: "replace",
    doc: "Slug of the region that the image must be in, such as `ams3`. A change replaces the replica; the copy in the old region stays, since DigitalOcean can't remove an image from one region.",
    rules: [regionSlugRule],
  },
  siblingRegions: {
    formerly: "alongside",
    shape: { listOf: "string" },
    change: "none",
    doc: "Slugs of the regions of all replicas of the image: the first replica to be created starts every missing copy, so that they run at the same time. Default: its own region. A change is only recorded.",
    rules: [
      {
        expectation: "must hold region slugs such as `ams3`",
        holds: (regions: readonly unknown[]) => regions.every((region) => typeof region !== "string" || isRegionSlug(region)),
      },
    ],
  },
  wait: {
    shape: "boolean",
    default: true,
    doc: "Whether `pulumi up` waits until the copy is there. Otherwise it is started and stored as `pending`. Default: true. A change updates.",
  },
} as const satisfies PropertyTable;

export const replicaOutputs = {
  status: { shape: "string", required: true, doc: "`available`, or `pending` while the image isn't in the region yet." },
  team: { shape: { object: teamTable, named: "Team" }, required: true, doc: "The DigitalOcean team that owns the image." },
} as const satisfies PropertyTable;

type Inputs = typeof replicaInputs;
type Outputs = typeof replicaOutputs;
type ReplicaInputs = ValuesOf<Inputs>;
type ReplicaState = State<Inputs, Outputs>;
type StoredReplica = StoredState<Inputs, Outputs>;

export const imageReplica: ResourceType<ProviderContext, Inputs, Outputs> = {
  token: "imagefleet:index:ImageReplica",
  doc: "An image present in one region, the home region included. Its id is `<imageId>/<region>`. The copies of one image run at the same time, and a copy that runs already is taken over. Deleting a replica makes no request: DigitalOcean can't remove an image from a region.",
  inputs: replicaInputs,
  outputs: replicaOutputs,
  timeoutSeconds: { create: 7_200, update: 7_200, delete: 60 },
  diff,
  preview,
  create,
  read,
  update: (_id, state, inputs, context, call) => ensure(inputs, state.team, context, call),
  delete: remove,
};

/** A copy that is still pending wants an update, which looks at it again. */
function diff({ state, effects }: ResourceChange<Inputs, Outputs>): Effects {
  return state.status === "pending" ? { ...effects, status: "update" } : effects;
}

async function preview(
  inputs: WithUnknowns<ReplicaInputs>,
  state: StoredReplica | undefined,
  context: ProviderContext,
  call: Call,
): Promise<WithUnknowns<Partial<ReplicaState>>> {
  if (!isKnown(inputs)) return {};
  if (state === undefined) {
    if (isKnown(inputs.region)) await requireImageRegion(inputs.region, context, call.signal);
    return inputs;
  }
  const { status, team } = state;
  return { ...inputs, team, ...(status === "available" ? { status } : {}) };
}

async function create(inputs: ReplicaInputs, context: ProviderContext, call: Call): Promise<Existing<Inputs, Outputs>> {
  return { id: replicaId(inputs.imageId, inputs.region), state: await ensure(inputs, undefined, context, call) };
}

async function read(
  id: string,
  known: Known<Inputs, Outputs> | undefined,
  context: ProviderContext,
  call: Call,
): Promise<ReadAnswer<Inputs, Outputs> | undefined> {
  const { imageId, region } = parseReplicaId(id);
  const watcher = context.watchers.of(imageId);
  const image = await watcher.image(call.signal);
  if (!exists(image)) {
    await requireTeam(known?.state.team, `Image ${imageId}`, context, call.signal);
    return undefined;
  }
  const inputs = { imageId, region, wait: true, ...known?.inputs };
  const team = known?.state.team ?? (await context.team(call.signal));
  if (image.regions?.includes(region)) return { state: { ...inputs, status: "available", team }, inputs };
  const action = isImporting(image) ? undefined : await watcher.running(region, call.signal);
  if (action === undefined && !isImporting(image)) return undefined;
  const state = { ...inputs, status: "pending", team };
  if (!inputs.wait) return { state, inputs };
  const reason = action === undefined ? "it is still being imported" : `action ${action.id} is still copying it`;
  throw new Unfinished({ id, state, inputs, reasons: [`Image ${imageId} is not in ${region} yet: ${reason}.`] });
}

/** Deletes nothing, since there is nothing that could be: says so. */
function remove(id: string, state: StoredReplica, _session: ProviderContext, call: Call): Promise<void> {
  const { imageId, region } = parseReplicaId(id);
  if (state.status !== "pending") {
    call.warn(
      `The copy of image ${imageId} in ${region} stays: DigitalOcean removes an image from no single region, only the image as a whole.`,
    );
  }
  return Promise.resolve();
}

/** Makes sure of the image in the region: what create and update both are. */
async function ensure(inputs: ReplicaInputs, kept: Team | undefined, context: ProviderContext, call: Call): Promise<ReplicaState> {
  const { imageId, region } = inputs;
  const watcher = context.watchers.of(imageId);
  const regions = [...new Set([...(inputs.siblingRegions ?? []), region])];
  let team = kept;
  try {
    team ??= await context.team(call.signal);
    const image = await ready(inputs, watcher, call);
    if (image === undefined) return { ...inputs, status: "pending", team };
    await watcher.start(regions, call.signal);
    if (!inputs.wait) return { ...inputs, status: started(inputs, watcher, call), team };
    const copy = await watcher.copied(region, call);
    if (copy?.state !== "present") throw new Error(failure(inputs, copy, watcher.describe(regions)));
    return { ...inputs, status: "available", team };
  } catch (error) {
    if (!call.signal.aborted) throw error;
    // It was stopped while it asked for the copies of other regions, which are theirs to wait for.
    if (team !== undefined && watcher.copy(region)?.state === "present") return { ...inputs, status: "available", team };
    // Also where it had done nothing itself yet: a sibling may have started this copy all the same.
    throw new Unfinished({
      id: replicaId(imageId, region),
      state: { ...inputs, status: "pending", ...(team === undefined ? {} : { team }) },
      reasons: [interruption(inputs, watcher, regions, call.signal.reason)],
    });
  }
}

/** How a copy is that nobody waits for. What was refused is no error yet: the next update asks for it again. */
function started({ imageId, region }: ReplicaInputs, watcher: ImageWatcher, call: Call): "available" | "pending" {
  const copy = watcher.copy(region);
  if (copy?.state === "failed")
    call.warn(`Image ${imageId} is not being copied to ${region}: ${copy.cause}. The next \`pulumi up\` asks again.`);
  return copy?.state === "present" ? "available" : "pending";
}

/** The image once it can be copied; undefined while it is being imported and nobody waits for this copy. */
async function ready({ imageId, wait }: ReplicaInputs, watcher: ImageWatcher, call: Call): Promise<ImageWire | undefined> {
  let image = await watcher.image(call.signal);
  if (isImporting(image)) {
    if (!wait) return undefined;
    image = await watcher.imported(call);
  }
  if (exists(image)) return image;
  throw new Error(
    `\`imageId\` must be an image that exists and that the token can see, got \`${imageId}\`. Import it, or give the id of another.`,
  );
}

function exists(image: ImageWire | undefined): image is ImageWire {
  return image !== undefined && image.status !== "deleted";
}

function failure({ imageId, region }: ReplicaInputs, copy: Copy | undefined, all: string): string {
  if (copy?.state !== "failed") {
    return `Image ${imageId} is not in ${region}: the image, or its copy there, was deleted meanwhile. Run \`pulumi up --refresh\` to make it again.`;
  }
  const action = copy.actionId === undefined ? "" : ` (action ${copy.actionId})`;
  return (
    `Image ${imageId} was not copied to ${region}${action}: ${copy.cause}. All regions: ${all}. Copies that run go on at DigitalOcean; ` +
    `run \`pulumi up\` again to make the missing ones, or take ${region} out of the regions.`
  );
}

function interruption({ imageId, region }: ReplicaInputs, watcher: ImageWatcher, regions: readonly string[], reason: unknown): string {
  const why = reason instanceof Error ? reason.message : String(reason);
  return (
    `Image ${imageId} is not in ${region} yet. All regions: ${watcher.describe(regions)}. ` +
    `Copies that run go on at DigitalOcean, and the next \`pulumi up\` waits for them: ${why}`
  );
}
