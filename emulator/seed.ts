import type { Cloud } from "./cloud";
import { blankImage } from "./routes/images";
import { createKey } from "./routes/keys";
import { putTags } from "./routes/tags";
import { addDefaultVpcs } from "./routes/vpcs";
import { Team, type Token } from "./team";
import type { Workload } from "./workloads";

/** Name of the team that things belong to where the seed names none. */
const defaultTeam = "My Team";

/** What is there from the start: the content of `--seed FILE`, JSON. Everything may be left out. */
export interface Seed {
  /** Tokens beside the emulator's own. Without `scopes` one may do everything; without `team` it acts for `My Team`. */
  readonly tokens?: readonly { readonly token: string; readonly team?: string; readonly scopes?: readonly string[] }[];
  /** SSH keys, by their public halves. */
  readonly sshKeys?: readonly { readonly name: string; readonly publicKey: string; readonly team?: string }[];
  /** Custom images that are `available`, with ids that rise in the order given. */
  readonly images?: readonly SeedImage[];
  /** What Droplets of an image listen on. */
  readonly workloads?: readonly Workload[];
  /** Droplets that a team may have. Default 100. */
  readonly dropletLimit?: number;
}

/** A custom image that needs no import. */
export interface SeedImage {
  readonly name: string;
  readonly regions: readonly string[];
  /** SHA-256 in hex of the bytes it stands for, which says what its Droplets listen on. */
  readonly sha256?: string;
  /** In GB. Default 1. */
  readonly minDiskSize?: number;
  /** In GB. Default 0.1. */
  readonly sizeGigabytes?: number;
  readonly tags?: readonly string[];
  readonly team?: string;
}

/** Everyone who may ask, by token, and the teams they act for. */
export interface Tenants {
  readonly tokens: ReadonlyMap<string, Token>;
  readonly teams: ReadonlyMap<string, Team>;
}

/** Fills a new cloud. Throws one sentence where the seed is malformed. */
export function plant(cloud: Cloud, token: string, seed: Seed): Tenants {
  const teams = new Map<string, Team>();
  const now = cloud.clock.now();
  const teamNamed = (name = defaultTeam): Team => {
    const known = teams.get(name);
    if (known !== undefined) return known;
    const team = new Team(name);
    addDefaultVpcs(team, cloud.ids, now);
    teams.set(name, team);
    return team;
  };
  const tokens = new Map<string, Token>([[token, { token, team: teamNamed() }]]);
  for (const { token: text, team, scopes } of seed.tokens ?? []) {
    tokens.set(text, { token: text, team: teamNamed(team), scopes: scopes && new Set(scopes) });
  }
  for (const { name, publicKey, team } of seed.sshKeys ?? []) teamNamed(team).keys.add(createKey(cloud.ids.next("key"), name, publicKey));
  for (const image of seed.images ?? []) plantImage(cloud, teamNamed(image.team), image);
  for (const workload of seed.workloads ?? []) cloud.workloads.set(workload);
  if (seed.dropletLimit !== undefined) cloud.options = { ...cloud.options, dropletLimit: seed.dropletLimit };
  return { tokens, teams };
}

function plantImage(cloud: Cloud, team: Team, { name, regions, sha256, tags = [], minDiskSize = 1, sizeGigabytes = 0.1 }: SeedImage): void {
  const image = { ...blankImage(cloud.ids.next("image"), name, cloud.clock.now()), regions, sha256 };
  const planted = { ...image, status: "available" as const, min_disk_size: minDiskSize, size_gigabytes: sizeGigabytes };
  putTags(team, "images", planted, tags);
  team.images.add(planted);
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

/** Reads a seed as it comes from outside. Throws one sentence that names the first fault. */
export function checkSeed(given: unknown): Seed {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Error("The seed must be a JSON object.");
  for (const [name, value] of Object.entries(given)) {
    if (!(name in shapes)) throw new Error(`\`${name}\` must be left out of a seed, which has ${Object.keys(shapes).join(", ")}.`);
    if (!shapes[name as keyof Seed](value)) throw new Error(`\`${name}\` of the seed has the wrong shape.`);
  }
  return given;
}
