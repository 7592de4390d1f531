import * as pulumi from "@pulumi/pulumi";
import { boolean, integer, list, mapOf, number, object, optional, Place, text } from "./shape";
import type { Shape } from "./shape";

/** What one stack wants, read from `Pulumi.<stack>.yaml`. */
export interface ServiceConfig {
  /** Where DigitalOcean fetches the image; or `imagePath`. */
  readonly imageUrl?: pulumi.Input<string>;
  /** A local image file, which passes through the Spaces bucket of `imagefleet:spacesBucket`. */
  readonly imagePath?: string;
  /** SHA-256 of that file; a new URL with the same digest then changes nothing. */
  readonly imageSha256?: string;
  /** How many earlier versions of the image are kept: going back to one of them needs no import. Default: 0. */
  readonly retain?: number;
  /** Slugs of the regions the image is wanted in; the first is where it is imported. */
  readonly regions: readonly string[];
  /** Public half of the key that opens the Droplets, as in an `id_ed25519.pub`. */
  readonly sshPublicKey: string;
  /** The fleets by name, each in one of `regions`. */
  readonly fleets: Readonly<Record<string, FleetConfig>>;
}

/** One fleet; each property is the argument of `DropletFleet` of the same name. */
export interface FleetConfig {
  readonly region: string;
  readonly size: string;
  readonly count: number;
  readonly userData?: string;
  readonly vpcUuid?: string;
  readonly tags?: readonly string[];
  readonly gate?: {
    readonly http?: { readonly port: number; readonly path?: string };
    readonly active?: boolean;
    readonly successThreshold?: number;
    readonly intervalSeconds?: number;
    readonly deadlineSeconds?: number;
  };
  readonly rollout?: {
    readonly maxSurge?: number;
    readonly maxUnavailable?: number;
    readonly drainSeconds?: number;
    readonly shutdownSeconds?: number;
  };
}

/** Reads the project's whole configuration of this stack, or throws one error that names all its faults. */
export function readConfig(): ServiceConfig {
  const faults: string[] = [];
  const place = new Place("", (path, expectation, value) => faults.push(sentence(path, expectation, value)));
  const given = values();
  checkSource(given, place);
  const wanted = service(given, place);
  checkRegions(wanted, place);
  if (faults.length > 0) throw new ConfigError(faults);
  return wanted;
}

/** Everything that is wrong with a stack's configuration, each fault a finished sentence. Pulumi prints it without a stack trace. */
export class ConfigError extends pulumi.RunError {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super([`The configuration of stack ${pulumi.getStack()} cannot be used:`, ...faults.map((fault) => `  ${fault}`)].join("\n"));
    this.faults = faults;
  }
}

const region = text("must be a region slug such as `ams3`", /^[a-z]{2,8}[0-9]{1,2}$/);

// The form alone: ranges, and what excludes what, are the fleet's to check, with the limits that its reference page gives.
const fleetShape = object<FleetConfig>({
  region,
  size: text("must be a size slug such as `s-1vcpu-1gb`"),
  count: integer,
  userData: optional(text("must be text")),
  vpcUuid: optional(text("must be the UUID of a VPC")),
  tags: optional(list("must be a list of tags", text("must be a tag"))),
  gate: optional(
    object({
      http: optional(object({ port: integer, path: optional(text("must be a path such as `/`")) })),
      active: optional(boolean),
      successThreshold: optional(integer),
      intervalSeconds: optional(number),
      deadlineSeconds: optional(number),
    }),
  ),
  rollout: optional(
    object({
      maxSurge: optional(integer),
      maxUnavailable: optional(integer),
      drainSeconds: optional(number),
      shutdownSeconds: optional(number),
    }),
  ),
});

const service = object<ServiceConfig>({
  imageUrl: optional(
    guarded(text("must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`", /^(https?|ftp):\/\/\S+$/)),
  ),
  imagePath: optional(text("must be the path of an image file")),
  imageSha256: optional(text("must be 64 hexadecimal digits", /^[0-9a-f]{64}$/i)),
  retain: optional(counted),
  regions: list('must be a list of region slugs such as `["nyc3", "ams3"]`', region, 1),
  sshPublicKey: text("must be a public key such as the line in `~/.ssh/id_ed25519.pub`", /^(ssh|ecdsa|sk)-\S+ \S+/),
  fleets: mapOf("must be a map of fleets by name, in the letters of a host name", /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i, fleetShape),
});

/** A whole number; every value that is neither list nor map comes as text. */
function counted(value: unknown, place: Place): number {
  return integer(typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value, place);
}

/** Text that stays secret where its key is set with `--secret`. */
function guarded(shape: Shape<string>): Shape<pulumi.Input<string>> {
  return (value, place) => (isSecret(place.path) ? pulumi.secret(shape(value, place)) : shape(value, place));
}

/** The image is in one place. */
function checkSource({ imageUrl, imagePath }: Readonly<Record<string, unknown>>, place: Place): void {
  if (imageUrl !== undefined && imagePath !== undefined) place.at("imagePath").refuse("must not be set beside `imageUrl`", imagePath);
  if (imageUrl !== undefined || imagePath !== undefined) return;
  place.at("imageUrl").refuse("must be where DigitalOcean fetches the image, unless `imagePath` names a file", undefined);
}

/** A region is wanted once, and a fleet can run the image only where the image is. What is at fault already is passed over. */
function checkRegions({ regions, fleets }: Readable, place: Place): void {
  if (regions === undefined || regions.includes(undefined)) return;
  for (const [index, slug] of regions.entries()) {
    if (regions.indexOf(slug) < index) place.at("regions").at(index).refuse("must be a region not named before", slug);
  }
  for (const [name, fleet] of Object.entries(fleets ?? {})) {
    if (fleet?.region === undefined || regions.includes(fleet.region)) continue;
    const expectation = `must be one of \`regions\`, which are ${regions.join(", ")}`;
    place.at("fleets").at(name).at("region").refuse(expectation, fleet.region);
  }
}

/** What could be read of a configuration that may have faults. */
interface Readable {
  readonly regions?: readonly (string | undefined)[];
  readonly fleets?: Readonly<Record<string, { readonly region?: string } | undefined>>;
}

/** What is set in the project's own namespace: lists and maps read, everything else as the text that it is. */
function values(): Readonly<Record<string, unknown>> {
  const prefix = `${pulumi.getProject()}:`;
  const entries = Object.entries(pulumi.runtime.allConfig() as Readonly<Record<string, string>>);
  return Object.fromEntries(
    entries.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), structured(value)]),
  );
}

function structured(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function sentence(path: string, expectation: string, value: unknown): string {
  const received = value === undefined ? "nothing" : isSecret(path) ? "a secret" : JSON.stringify(value);
  const where = path.includes(".") ? `--path '${path}'` : path;
  const remedy = value === undefined ? `run \`pulumi config set ${where} VALUE\`` : `mend it in \`Pulumi.${pulumi.getStack()}.yaml\``;
  return `\`${path}\` ${expectation}, got ${received}: ${remedy}.`;
}

/** Whether the key that the path begins with is set with `--secret`. The SDK knows, but has no type for the question. */
function isSecret(path: string): boolean {
  const config = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return config.isConfigSecret(`${pulumi.getProject()}:${path.replace(/[.[].*$/s, "")}`);
}
