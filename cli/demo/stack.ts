import { spawn } from "node:child_process";
import path from "node:path";
import { initStack } from "../../local/initStack";
import type { GatewayKey } from "../../local/spacesGateway";
import type { Workspace } from "../../local/workspace";
import type { Cloud } from "./cloud";
import type { Interruption } from "./interruption";

/** Stack `dev` of this project, run by the real engine against one emulator. Nothing but the endpoint differs from a run on DigitalOcean. */
export class DevStack {
  readonly #workspace: Workspace;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #interrupted: Interruption;

  /**
   * `folder` holds the stack's configuration file: a copy, since the engine writes into it. `interrupted` passes Ctrl-C on to the engine.
   * Without `spaces` there are none, whatever keys are exported here.
   */
  constructor(workspace: Workspace, cloud: Cloud, folder: string, interrupted: Interruption, spaces?: GatewayKey) {
    this.#workspace = workspace;
    this.#folder = folder;
    this.#interrupted = interrupted;
    const service = { DIGITALOCEAN_TOKEN: cloud.token, DIGITALOCEAN_API_URL: cloud.url };
    const bucket = {
      SPACES_ACCESS_KEY_ID: spaces?.accessId,
      SPACES_SECRET_ACCESS_KEY: spaces?.secretKey,
      SPACES_BUCKET: spaces?.bucket,
      SPACES_ENDPOINT_URL: spaces?.endpoint,
    };
    this.#env = { ...process.env, ...workspace.env, ...service, ...bucket };
  }

  get configFile(): string {
    return path.join(this.#folder, "Pulumi.dev.yaml");
  }

  async create(): Promise<void> {
    await initStack(this.#workspace, { name: "dev", project: this.#workspace.root, folder: this.#folder });
  }

  /** Sets the keys; one without a value is removed. */
  async configure(values: Readonly<Record<string, string | undefined>>): Promise<void> {
    const pairs = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : ["--plaintext", `${key}=${value}`]));
    const gone = Object.keys(values).filter((key) => values[key] === undefined);
    await this.#run(["config", "set-all", ...pairs, ...this.#configured], "capture");
    if (gone.length > 0) await this.#run(["config", "rm-all", ...gone, ...this.#configured], "capture");
  }

  /** Plain `pulumi up`, seen as it runs. */
  async up(...flags: string[]): Promise<void> {
    await this.#run(["up", "--yes", ...flags, ...this.#configured], "inherit");
  }

  /** Not with `--remove`, which would delete the tracked configuration file: the stack itself goes with its backend's folder. */
  async destroy(): Promise<void> {
    await this.#run(["destroy", "--yes", ...this.#configured], "inherit");
  }

  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse(await this.#run(["stack", "output", "--json"], "capture")) as Record<string, unknown>;
  }

  get #configured(): readonly string[] {
    return ["--config-file", this.configFile];
  }

  /** Runs the engine; rejects with its own words where it fails. */
  async #run(args: readonly string[], output: "inherit" | "capture"): Promise<string> {
    const { pulumi, root } = this.#workspace;
    this.#interrupted.signal.throwIfAborted();
    const child = spawn(pulumi, [...args, "--stack", "dev"], {
      cwd: root,
      env: this.#env,
      stdio: ["ignore", output === "inherit" ? "inherit" : "pipe", output === "inherit" ? "inherit" : "pipe"],
      // In a process group of its own: Ctrl-C would reach it from the terminal, too, and a second interrupt drops what is under way.
      detached: true,
    });
    const stopPassingOn = this.#interrupted.onEach(() => child.kill("SIGINT"));
    let text = "";
    let errors = "";
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve)).finally(
      stopPassingOn,
    );
    if (code !== 0) throw new Error(`\`pulumi ${args.join(" ")}\` ended with ${code}. ${errors}`.trim());
    return text;
  }
}
