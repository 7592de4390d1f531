import * as pulumi from "@pulumi/pulumi";
import { serviceFaults } from "../components/service";
import { serviceConfig, type ServiceConfig } from "./serviceConfig";

/** What a stack wants, its image's URL secret where it is set so. */
export type StackConfig = Omit<ServiceConfig, "imageUrl"> & { readonly imageUrl?: pulumi.Input<string> };

type Path = readonly PropertyKey[];

/** One value and what is wrong with it: a clause that continues the path. */
interface Fault {
  readonly path: Path;
  readonly expectation: string;
}

type Values = Readonly<Record<string, unknown>>;

/** Reads the project's whole configuration of this stack, or throws one error that names all its faults. */
export function readConfig(): StackConfig {
  const given = values();
  const { data, error } = serviceConfig.safeParse(given);
  const malformed = (error?.issues ?? []).flatMap(({ path, message, ...issue }): readonly Fault[] => {
    const paths = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
    return paths.map((each) => ({ path: each, expectation: message }));
  });
  const faults = [...[...sourceFaults(given), ...malformed].map((fault) => sentence(fault, given)), ...faultsBetween(given)];
  if (faults.length > 0 || data === undefined) throw new ConfigError(faults);
  const { imageUrl } = data;
  return { ...data, imageUrl: imageUrl !== undefined && isSecret(["imageUrl"]) ? pulumi.secret(imageUrl) : imageUrl };
}

/** Everything that is wrong with a stack's configuration, each fault a finished sentence. Pulumi prints it without a stack trace. */
export class ConfigError extends pulumi.RunError {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super([`The configuration of stack ${pulumi.getStack()} is invalid:`, ...faults.map((fault) => `  ${fault}`)].join("\n"));
    this.faults = faults;
  }
}

/** The image is in one place. */
function sourceFaults({ imageUrl, imagePath }: Values): readonly Fault[] {
  if (imageUrl !== undefined && imagePath !== undefined) return [{ path: ["imagePath"], expectation: "must not be set beside `imageUrl`" }];
  if (imageUrl !== undefined || imagePath !== undefined) return [];
  return [{ path: ["imageUrl"], expectation: "must be where DigitalOcean fetches the image, unless `imagePath` names a file" }];
}

/** What doesn't go together, in what is well-formed by itself. */
function faultsBetween(given: Values): readonly string[] {
  const parsed = Object.entries(serviceConfig.shape).map(([key, shape]) => [key, shape.safeParse(given[key]).data] as const);
  const wellFormed = Object.fromEntries(parsed) as Partial<ServiceConfig>;
  const { regions, fleet = {} } = wellFormed;
  if (regions === undefined) return [];
  return serviceFaults({ ...wellFormed, regions, fleet: fleet as ServiceConfig["fleet"], source: {}, retain: undefined, sshKeys: [] });
}

/** What is set in the project's own namespace: lists and maps read, everything else as the text that it is. */
function values(): Values {
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

function sentence({ path, expectation }: Fault, given: Values): string {
  const value = path.reduce<unknown>((within, step) => (within as Record<PropertyKey, unknown> | undefined)?.[step], given);
  const received = value === undefined ? "nothing" : isSecret(path) ? "a secret" : JSON.stringify(value);
  const where = path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? String(step) : `${text}.${String(step)}`),
    "",
  );
  const key = path.length > 1 ? `--path '${where}'` : where;
  const remedy = value === undefined ? `run \`pulumi config set ${key} VALUE\`` : `fix it in \`Pulumi.${pulumi.getStack()}.yaml\``;
  return `\`${where}\` ${expectation}, got ${received}: ${remedy}.`;
}

/** Whether the key that the path begins with is set with `--secret`. The SDK knows, but has no type for the question. */
function isSecret([key]: Path): boolean {
  const config = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return config.isConfigSecret(`${pulumi.getProject()}:${String(key)}`);
}
