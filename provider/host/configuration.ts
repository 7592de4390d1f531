import { checkByTable, secretNames, withoutFaulty } from "./check";
import type { Fault } from "./fault";
import type { Shape } from "./property";
import type { Provider } from "./provider";
import type { Values } from "./values";

/** Environment variables, handed in by the entry. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Checked configuration: what was given, then the environment, then the table's defaults. */
export interface Configuration {
  readonly values: Values;
  readonly faults: readonly Fault[];
  /** Names whose value must not be printed: of secret properties, and of what no table knows (a misspelt `token`, say). */
  readonly secrets: ReadonlySet<string>;
}

/** What the engine itself keeps beside a provider's configuration. */
const enginesOwn: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "pluginChecksums", "__internal", "__defaults"]);

/** Reads, completes and checks a provider's configuration. */
export function readConfiguration<S>(provider: Provider<S>, given: Values, environment: Environment): Configuration {
  const own = Object.entries(given).filter(([name]) => !enginesOwn.has(name) || Object.hasOwn(provider.configuration, name));
  const parsed = own.map(([name, value]) => [name, parse(provider.configuration[name]?.shape, value)] as const);
  const unknownNames = own.map(([name]) => name).filter((name) => !Object.hasOwn(provider.configuration, name));

  const completed = { ...fromEnvironment(provider, environment), ...Object.fromEntries(parsed) };
  const byTable = checkByTable(provider.configuration, completed);
  const further = provider.checkConfiguration?.(withoutFaulty(byTable.inputs, byTable.faults) as never) ?? [];
  return {
    values: byTable.inputs,
    faults: [...byTable.faults, ...further],
    secrets: new Set([...secretNames(provider.configuration), ...unknownNames]),
  };
}

function fromEnvironment<S>(provider: Provider<S>, environment: Environment): Values {
  const variables: Readonly<Record<string, readonly string[] | undefined>> = provider.environment;
  const found = Object.entries(variables).flatMap(([name, names]) => {
    const value = names?.map((variable) => environment[variable]).find((candidate) => candidate !== undefined && candidate !== "");
    return value === undefined ? [] : [[name, parse(provider.configuration[name]?.shape, value)] as const];
  });
  return Object.fromEntries(found);
}

/** Configuration values that are not strings travel as JSON. What doesn't parse is left for the check to refuse. */
function parse(shape: Shape | undefined, value: Values[string]): Values[string] {
  if (typeof value !== "string" || shape === undefined || shape === "string") return value;
  try {
    return JSON.parse(value) as Values[string];
  } catch {
    return value;
  }
}
