import type { Cloud } from "./cloud";
import { blankImage } from "./routes/images";
import { createKey } from "./routes/keys";
import { addDefaultProject } from "./routes/projects";
import { addTags } from "./routes/tags";
import { addDefaultVpcs } from "./routes/vpcs";
import { Team, type Token } from "./team";
import type { Workload } from "./workloads";

/** The team that everything belongs to unless the seed names another. */
const defaultTeam = "My Team";

/** What exists at the start: the JSON of `--seed FILE`. Every field is optional. */
export interface Seed {
  /** Tokens beside the emulator's own. Without `scopes` one may do everything; without `team` it acts for `My Team`. */
  readonly tokens?: readonly { readonly token: string; readonly team?: string; readonly scopes?: readonly string[] }[];
  /** SSH keys, given as public keys. */
  readonly sshKeys?: readonly { readonly name: string; readonly publicKey: string; readonly team?: string }[];
  /** Custom images that are `available`, with ids that rise in the order given. */
  readonly images?: readonly SeedImage[];
  /** What Droplets of an image listen on. */
  readonly workloads?: readonly Workload[];
  /** Droplets that a team may have. Default 100. */
  readonly dropletLimit?: number;
}

/** A custom image that exists without an import. */
export interface SeedImage {
  readonly name: string;
  readonly regions: readonly string[];
  /** SHA-256 of the image file in hex, which decides what its Droplets listen on. */
  readonly sha256?: string;
  /** In GB. Default 1. */
  readonly minDiskSize?: number;
  /** In GB. Default 0.1. */
  readonly sizeGigabytes?: number;
  readonly tags?: readonly string[];
  readonly team?: string;
}

/** All tokens, and the teams that they act for. */
export interface Tenancy {
  readonly tokens: ReadonlyMap<string, Token>;
  readonly teams: ReadonlyMap<string, Team>;
}

/** Applies the seed to a new cloud. Throws one sentence if the seed is invalid. */
export function applySeed(cloud: Cloud, token: string, seed: Seed): Tenancy {
  const teams = new Map<string, Team>();
  const now = cloud.clock.now();
  const teamNamed = (name = defaultTeam): Team => {
    const known = teams.get(name);
    if (known !== undefined) return known;
    const team = new Team(name);
    addDefaultVpcs(team, cloud.ids, now);
    addDefaultProject(team, cloud.ids, now);
    teams.set(name, team);
    return team;
  };
  const tokens = new Map<string, Token>([[token, { token, team: teamNamed() }]]);
  for (const { token: text, team, scopes } of seed.tokens ?? []) {
    tokens.set(text, { token: text, team: teamNamed(team), scopes: scopes && new Set(scopes) });
  }
  for (const { name, publicKey, team } of seed.sshKeys ?? []) teamNamed(team).keys.add(createKey(cloud.ids.next("key"), name, publicKey));
  for (const image of seed.images ?? []) addImage(cloud, teamNamed(image.team), image);
  for (const workload of seed.workloads ?? []) cloud.workloads.set(workload);
  if (seed.dropletLimit !== undefined) cloud.options = { ...cloud.options, dropletLimit: seed.dropletLimit };
  return { tokens, teams };
}

function addImage(cloud: Cloud, team: Team, { name, regions, sha256, tags = [], minDiskSize = 1, sizeGigabytes = 0.1 }: SeedImage): void {
  const image = { ...blankImage(cloud.ids.next("image"), name, cloud.clock.now()), regions, sha256 };
  const available = { ...image, status: "available" as const, min_disk_size: minDiskSize, size_gigabytes: sizeGigabytes };
  addTags(team, "images", available, tags);
  team.images.add(available);
}

const shapes: Readonly<Record<keyof Seed, (value: unknown) => boolean>> = {
  tokens: listOf("token"),
  sshKeys: listOf("name", "publicKey"),
  images: listOf("name", "regions"),
  workloads: listOf("sha256", "listen"),
  dropletLimit: (value) => typeof value === "number" && Number.isInteger(value) && value >= 0,
};

function listOf(...required: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    Array.isArray(value) &&
    value.every((row: unknown) => typeof row === "object" && row !== null && required.every((field) => field in row));
}

/** Checks a seed from outside. Throws one sentence about the first invalid field. */
export function checkSeed(given: unknown): Seed {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Error("The seed must be a JSON object.");
  for (const [name, value] of Object.entries(given)) {
    if (!(name in shapes)) throw new Error(`\`${name}\` must be left out of a seed, which has ${Object.keys(shapes).join(", ")}.`);
    if (!shapes[name as keyof Seed](value)) throw new Error(`\`${name}\` of the seed has the wrong shape.`);
  }
  return given;
}
