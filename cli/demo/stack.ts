import type { GatewayKey } from "../../local/spacesGateway";
import { LocalStack, type Config } from "../../local/stack";
import type { Workspace } from "../../local/workspace";
import type { Cloud } from "./cloud";
import type { Interruption } from "./interruption";

/** Stack `dev` of this project, run by the real engine against one emulator. Nothing but the endpoint differs from a run on DigitalOcean. */
export class DevStack {
  readonly #stack: LocalStack;
  readonly #interrupted: Interruption;

  /**
   * `folder` holds the stack's configuration file: a copy, since the engine writes into it. `interrupted` passes Ctrl-C on to the engine.
   * Without `spaces` there are none, whatever keys are exported here.
   */
  constructor(workspace: Workspace, cloud: Cloud, folder: string, interrupted: Interruption, spaces?: GatewayKey) {
    // The build has checked the types already.
    const service = { DIGITALOCEAN_TOKEN: cloud.token, DIGITALOCEAN_API_URL: cloud.url, PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
    const bucket = spaces && {
      SPACES_ACCESS_KEY_ID: spaces.accessId,
      SPACES_SECRET_ACCESS_KEY: spaces.secretKey,
      SPACES_BUCKET: spaces.bucket,
      SPACES_ENDPOINT_URL: spaces.endpoint,
    };
    this.#stack = new LocalStack(workspace, { name: "dev", project: workspace.root, folder, env: { ...service, ...bucket } });
    this.#interrupted = interrupted;
    interrupted.onEach(() => this.#stack.kill("SIGINT"));
  }

  get configFile(): string {
    return this.#stack.configFile;
  }

  create(): Promise<void> {
    return this.#stack.create();
  }

  /** Sets the keys; one without a value is removed. */
  async configure(config: Config): Promise<void> {
    this.#interrupted.signal.throwIfAborted();
    await this.#stack.configure(config);
  }

  /** Plain `pulumi up`, seen as it runs. */
  up(...flags: string[]): Promise<void> {
    return this.#watch("up", ...flags);
  }

  /** Not with `--remove`, which would delete the tracked configuration file: the stack itself goes with its backend's folder. */
  destroy(): Promise<void> {
    return this.#watch("destroy");
  }

  outputs(): Promise<Readonly<Record<string, unknown>>> {
    return this.#stack.outputs();
  }

  async #watch(verb: string, ...flags: string[]): Promise<void> {
    this.#interrupted.signal.throwIfAborted();
    await this.#stack.demand([verb, "--yes", ...flags], { watched: true });
  }
}
