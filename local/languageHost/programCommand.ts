import { createRequire } from "node:module";
import path from "node:path";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";

/** How one run of a Pulumi program is started, and what is added to its environment. */
export interface ProgramCommand {
  /** Default: this process's own `node`. */
  readonly executable?: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The command line and environment by which `@pulumi/pulumi` runs a program, made from the engine's request.
 * Throws where the project's folder has no `@pulumi/pulumi` installed, or a runtime option has the wrong type.
 */
export function programCommand(request: RunRequest, engineAddress: string): ProgramCommand {
  const program = request.getInfo();
  const folder = program?.getProgramDirectory() ?? request.getPwd();
  const options = readOptions(program?.getOptions()?.toJavaScript() ?? {});
  return {
    arguments: [
      ...splitArguments(options.nodeArguments),
      findRunner(folder),
      ...flag("monitor", request.getMonitorAddress()),
      ...flag("engine", engineAddress),
      ...flag("organization", request.getOrganization()),
      ...flag("project", request.getProject()),
      ...flag("root-directory", program?.getRootDirectory() ?? ""),
      ...flag("stack", request.getStack()),
      ...flag("pwd", folder),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      ...flag("parallel", String(request.getParallel())),
      program?.getEntryPoint() ?? ".",
      ...request.getArgsList(),
    ],
    environment: {
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray().map(longKey))),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
      ...(options.tsconfig === "" ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
    },
  };
}

interface Options {
  readonly typescript: boolean;
  /** Relative to the program's folder (not to `Pulumi.yaml`), as Pulumi's own host takes it. */
  readonly tsconfig: string;
  readonly nodeArguments: string;
}

function readOptions(given: Readonly<Record<string, unknown>>): Options {
  const { typescript = true, tsconfig = "", nodeargs = "" } = given;
  if (typeof typescript !== "boolean") throw wrongOption("typescript", "true or false", typescript);
  if (typeof tsconfig !== "string") throw wrongOption("tsconfig", "the path of a file", tsconfig);
  if (typeof nodeargs !== "string") throw wrongOption("nodeargs", "one string of arguments for node", nodeargs);
  return { typescript, tsconfig, nodeArguments: nodeargs };
}

function wrongOption(name: string, expectation: string, received: unknown): Error {
  return new Error(`\`runtime.options.${name}\` in Pulumi.yaml must be ${expectation}, got ${JSON.stringify(received)}.`);
}

/** Splits as a shell does at spaces outside quotes; nothing else of a shell's syntax counts. */
function splitArguments(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function findRunner(folder: string): string {
  try {
    return createRequire(path.join(folder, "program.js")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new Error(`\`@pulumi/pulumi\` is not installed for the program in ${folder}: run \`npm install\` there and try again.`);
  }
}

function flag(name: string, value: string): string[] {
  return value === "" ? [] : [`--${name}`, value];
}

/** `namespace:name` -> `namespace:config:name`: the SDK takes both, packages older than it only this one. */
function longKey([key, value]: readonly [string, string]): readonly [string, string] {
  const colon = key.indexOf(":");
  return [`${key.slice(0, colon)}:config:${key.slice(colon + 1)}`, value];
}
