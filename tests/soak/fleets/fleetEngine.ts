import { effectsByTable } from "../../../provider/host/diff";
import { Interrupted, Unfinished } from "../../../provider/host/fault";
import type { Call } from "../../../provider/host/resource";
import { type Verb, withTimeLimit } from "../../../provider/host/timeLimit";
import type { ProviderContext } from "../../../provider/providerContext";
import { fleet } from "../../../provider/resources/fleet/fleet";
import type { FleetInputs, StoredFleet } from "../../../provider/resources/fleet/fleetState";

export interface KeptFleet {
  readonly id: string;
  readonly inputs: Partial<FleetInputs>;
  readonly state: StoredFleet;
  /** The last operation ended `Unfinished`: the next `up` calls Update, whatever Diff says. */
  readonly unfinished: boolean;
}

/** What of Pulumi's engine decides over a fleet: what is stored after which outcome, and Update after `Unfinished`. */
export class FleetEngine {
  /** By name. */
  readonly kept = new Map<string, KeptFleet>();
  /** What the last create of each warned of, by name. */
  readonly warned = new Map<string, string[]>();
  #controller = new AbortController();

  /** `pulumi up`, or a refresh: what went wrong, by name. */
  async up(wanted: ReadonlyMap<string, FleetInputs>, context: ProviderContext): Promise<readonly string[]> {
    return this.#each("update", wanted.keys(), context, (name, call) => this.#step(name, wanted.get(name)!, context, call));
  }

  async refresh(context: ProviderContext): Promise<readonly string[]> {
    return this.#each("read", this.kept.keys(), context, async (name, call) => {
      const { id, state, inputs } = this.kept.get(name)!;
      try {
        const read = await fleet.read(id, { state, inputs }, context, call);
        if (read !== undefined) this.kept.set(name, { id, state: read.state, inputs: read.inputs, unfinished: false });
      } catch (error) {
        if (!(error instanceof Unfinished)) throw error;
        this.kept.set(name, { id, state: error.state, inputs: error.inputs ?? inputs, unfinished: true });
      }
    });
  }

  async destroy(context: ProviderContext): Promise<readonly string[]> {
    return this.#each("delete", this.kept.keys(), context, async (name, call) => {
      const { id, state } = this.kept.get(name)!;
      await fleet.delete(id, state, context, call);
      this.kept.delete(name);
    });
  }

  /** Whether an `up` of this would do anything. */
  async isChanged(name: string, inputs: FleetInputs, context: ProviderContext): Promise<boolean> {
    const kept = this.kept.get(name);
    if (kept === undefined || kept.unfinished) return true;
    const effects = effectsByTable(fleet.inputs, kept.inputs, inputs);
    const change = { id: kept.id, state: kept.state, before: kept.inputs as FleetInputs, after: inputs, effects };
    const corrected = await fleet.diff!(change, context, this.#call(name));
    return Object.values({ ...effects, ...corrected }).some((effect) => effect !== "none");
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#controller.abort(new Interrupted("cancel", "stopped by the trial."));
  }

  async #each(
    verb: Verb,
    names: Iterable<string>,
    { world: { clock } }: ProviderContext,
    work: (name: string, call: Call) => Promise<void>,
  ): Promise<readonly string[]> {
    this.#controller = new AbortController();
    const limit = { verb, seconds: 86_400, clock, cancellation: this.#controller.signal };
    const outcomes = await Promise.all(
      [...names].map(async (name) => {
        try {
          await withTimeLimit(limit, (signal) => work(name, { ...this.#call(name), signal }));
          return [];
        } catch (error) {
          return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
        }
      }),
    );
    return outcomes.flat();
  }

  async #step(name: string, inputs: FleetInputs, context: ProviderContext, call: Call): Promise<void> {
    const kept = this.kept.get(name);
    if (!(await this.isChanged(name, inputs, context))) {
      if (kept !== undefined) this.kept.set(name, { ...kept, inputs });
      return;
    }
    try {
      if (kept === undefined) {
        const warned: string[] = [];
        this.warned.set(name, warned);
        const { id, state } = await fleet.create(inputs, context, { ...call, warn: (text) => warned.push(text) });
        this.kept.set(name, { id, state, inputs, unfinished: false });
      } else {
        const state = await fleet.update(kept.id, kept.state, inputs, context, call);
        this.kept.set(name, { id: kept.id, state, inputs, unfinished: false });
      }
    } catch (error) {
      if (error instanceof Unfinished)
        this.kept.set(name, { id: error.id, state: error.state, inputs: kept?.inputs ?? inputs, unfinished: true });
      throw error;
    }
  }

  #call(name: string): Call {
    const nothing = () => undefined;
    const urn = `urn:pulumi:soak::soak::${fleet.token}::${name}`;
    return { urn, signal: this.#controller.signal, progress: nothing, warn: nothing, info: nothing };
  }
}
