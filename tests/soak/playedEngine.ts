import { effectsByTable } from "../../provider/host/diff";
import { Unfinished } from "../../provider/host/fault";
import { erase, type AnyResourceType } from "../../provider/host/provider";
import type { Call } from "../../provider/host/resource";
import { withTimeLimit, type Verb } from "../../provider/host/timeLimit";
import { imageImport } from "../../provider/resources/imageImport/imageImport";
import { imageReplica } from "../../provider/resources/imageReplica/imageReplica";
import type { ProviderContext } from "../../provider/providerContext";
import type { RecordedCall, SimulatedProcess } from "../helpers/simulation";
import { Slots } from "./slots";
import type { WantedImage } from "./trial";

type Values = Readonly<Record<string, unknown>>;

/** One resource in the engine's state. */
export interface Kept {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  /** The last operation ended `Unfinished`: the next `up` calls Update, whatever Diff says. */
  readonly unfinished: boolean;
  /** The URN that it is stored under until a step has dealt with it, where the program calls it otherwise now. */
  readonly formerUrn?: string;
}

export interface RunSettings {
  readonly parallel: number;
  readonly continueOnError: boolean;
  /** Seconds that each operation may take. Default two hours. */
  readonly timeLimit?: number;
  /** Whether something that depends on the images fails, so that nothing replaced is deleted. Default false. */
  readonly rolloutFails?: boolean;
  /** Whether all images are replaced without a look at their state, as by `--target-replace` or of a tainted state. Default false. */
  readonly forced?: boolean;
}

interface Declared {
  readonly urn: string;
  readonly type: AnyResourceType<ProviderContext>;
  readonly needs?: string;
  readonly inputs: () => Values;
}

const [importType, replicaType] = [erase(imageImport), erase(imageReplica)];

export function importUrn(name: string, stack = "soak"): string {
  return `urn:pulumi:${stack}::soak::${importType.token}::${name}`;
}

export function replicaUrn(name: string, region: string, stack = "soak"): string {
  return `urn:pulumi:${stack}::soak::${replicaType.token}::${name}-${region}`;
}

/**
 * What of Pulumi's engine decides over the fate of images: the order by dependencies, the slots of `--parallel`, what is stored after
 * which outcome (nothing of an operation that hasn't returned), Update after `Unfinished`, a replaced import deleted last, and that
 * nothing new begins after a failure or Ctrl-C. Its state outlives the processes of the provider.
 */
export class PlayedEngine {
  /** By URN. */
  readonly state = new Map<string, Kept>();
  readonly #replaced = new Set<{ readonly urn: string; readonly kept: Kept }>();
  #stack: string;
  #run: Run | undefined;

  constructor(stack = "soak") {
    this.#stack = stack;
  }

  get stack(): string {
    return this.#stack;
  }

  /** Gives the stack another name, as `pulumi stack rename` does, or its move by export and import. */
  rename(stack: string): void {
    const renamed = (urn: string): string => urn.replace(`urn:pulumi:${this.#stack}::`, `urn:pulumi:${stack}::`);
    const [kept, replaced] = [[...this.state], [...this.#replaced]];
    this.state.clear();
    for (const [urn, one] of kept)
      this.state.set(renamed(urn), one.formerUrn === undefined ? one : { ...one, formerUrn: renamed(one.formerUrn) });
    this.#replaced.clear();
    for (const { urn, kept } of replaced) this.#replaced.add({ urn: renamed(urn), kept });
    this.#stack = stack;
  }

  /** `pulumi refresh`: what went wrong. Like `up`, it never ends if the provider's process is killed. */
  async refresh(process: SimulatedProcess, settings: RunSettings): Promise<readonly Error[]> {
    const run = (this.#run = new Run(process, settings));
    const read = async (urn: string, kept: Kept): Promise<void> => {
      if (run.isInterrupted) run.errors.push(new Error("The refresh was interrupted."));
      else await this.#read(urn, kept, run);
    };
    await Promise.all([...this.state].map(([urn, kept]) => run.slots.take(() => read(urn, kept))));
    return run.errors;
  }

  /** `pulumi up` of these images: what went wrong. */
  async up(images: readonly WantedImage[], process: SimulatedProcess, settings: RunSettings): Promise<readonly Error[]> {
    const run = (this.#run = new Run(process, settings));
    const ends = new Map<string, Promise<boolean>>();
    for (const image of images) this.#move(image);
    for (const declared of images.flatMap((image) => this.#declare(image))) {
      const needed = ends.get(declared.needs ?? "") ?? Promise.resolve(true);
      const step = async (): Promise<boolean> => !run.stopping && (await this.#step(declared, run));
      ends.set(
        declared.urn,
        needed.then(async (there) => there && (await run.slots.take(step))),
      );
    }
    await Promise.all(ends.values());
    if (settings.rolloutFails) run.errors.push(new Error("The rollout failed."));
    for (const old of this.#replaced) if (!run.stopping) await this.#delete(old, run);
    return run.errors;
  }

  /** `pulumi destroy`: what went wrong. */
  async destroy(process: SimulatedProcess, settings: RunSettings): Promise<readonly Error[]> {
    const run = (this.#run = new Run(process, settings));
    for (const [urn, kept] of this.state) {
      const isGone = !urn.includes(importType.token) || (!run.stopping && (await this.#delete({ urn: kept.formerUrn ?? urn, kept }, run)));
      if (isGone) this.state.delete(urn);
    }
    for (const old of this.#replaced) if (!run.stopping) await this.#delete(old, run);
    return run.errors;
  }

  /** Whether replaced resources are still to be deleted. */
  get owesDeletes(): boolean {
    return this.#replaced.size > 0;
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#run?.interrupt();
  }

  /** What is stored under a name that the program has given up for another one. */
  #move({ name, formerly, regions }: WantedImage): void {
    if (formerly === undefined) return;
    const urns = (of: string): readonly string[] => [
      importUrn(of, this.#stack),
      ...regions.map((region) => replicaUrn(of, region, this.#stack)),
    ];
    const to = urns(name);
    for (const [at, formerUrn] of urns(formerly).entries()) {
      const [kept, urn] = [this.state.get(formerUrn), to[at] ?? ""];
      if (kept === undefined || this.state.has(urn)) continue;
      this.state.set(urn, { ...kept, formerUrn: kept.formerUrn ?? formerUrn });
      this.state.delete(formerUrn);
    }
  }

  #declare({ name, version = "", source, retain, regions, waited }: WantedImage): readonly Declared[] {
    const urn = importUrn(name, this.#stack);
    const inputs = { source: source ?? { url: `http://127.0.0.1/${name}${version}.img` }, region: regions[0], name, retain };
    const replicas = regions.map((region) => ({
      ...{ urn: replicaUrn(name, region, this.#stack), type: replicaType, needs: urn },
      inputs: () => ({ imageId: this.state.get(urn)?.outputs.imageId, region, siblingRegions: regions, wait: waited.has(region) }),
    }));
    return [{ urn, type: importType, inputs: () => inputs }, ...replicas];
  }

  /** Whether the resource is as declared. */
  async #step({ urn, type, inputs: declared }: Declared, run: Run): Promise<boolean> {
    const [inputs, kept] = [declared(), this.state.get(urn)];
    if (kept === undefined) return this.#create(urn, type, inputs, run);
    if (run.isForced && type === importType) return this.#replace(urn, type, kept, inputs, run);
    const change = { id: kept.id, state: kept.outputs, before: kept.inputs, after: inputs };
    const effects = effectsByTable(type.inputs, change.before as never, inputs as never);
    const corrected = await run.operate("diff", urn, (call) => type.diff?.({ ...change, effects } as never, run.context, call) ?? effects);
    if (corrected === undefined) return false;
    const found = new Set(Object.values({ ...effects, ...corrected }));
    if (found.has("replace")) return this.#replace(urn, type, kept, inputs, run);
    if (kept.unfinished || found.has("update")) return this.#update(urn, type, kept, inputs, run);
    this.state.set(urn, { ...kept, inputs, formerUrn: undefined });
    return true;
  }

  #create(urn: string, type: AnyResourceType<ProviderContext>, inputs: Values, run: Run): Promise<boolean> {
    return this.#keep(urn, inputs, run, "create", async (call) => {
      const { id, state } = await type.create(inputs as never, run.context, call);
      return { id, inputs, outputs: state, unfinished: false };
    });
  }

  async #replace(urn: string, type: AnyResourceType<ProviderContext>, kept: Kept, inputs: Values, run: Run): Promise<boolean> {
    const created = await this.#create(urn, type, inputs, run);
    // A replica is `deletedWith` its import.
    if (type === importType && this.state.get(urn) !== kept) this.#replaced.add({ urn: kept.formerUrn ?? urn, kept });
    return created;
  }

  /** Whether it is gone. */
  async #delete(old: { readonly urn: string; readonly kept: Kept }, run: Run): Promise<boolean> {
    const { id, outputs } = old.kept;
    const done = await run.operate("delete", old.urn, async (call) => {
      await importType.delete(id, outputs as never, run.context, call);
      this.#replaced.delete(old);
      return true;
    });
    return done ?? false;
  }

  /** The inputs of an update that ends `Unfinished` are not stored. */
  #update(urn: string, type: AnyResourceType<ProviderContext>, kept: Kept, inputs: Values, run: Run): Promise<boolean> {
    const { id, outputs } = kept;
    return this.#keep(urn, kept.inputs, run, "update", async (call) => {
      return { id, inputs, outputs: await type.update(id, outputs as never, inputs as never, run.context, call), unfinished: false };
    });
  }

  async #keep(urn: string, inputs: Values, run: Run, verb: Verb, operation: (call: Call) => Promise<Kept>): Promise<boolean> {
    const kept = await run.operate(verb, urn, async (call) => {
      try {
        return await operation(call);
      } catch (error) {
        if (error instanceof Unfinished) this.state.set(urn, { ...unfinished(error), inputs });
        throw error;
      }
    });
    if (kept !== undefined) this.state.set(urn, kept);
    return kept !== undefined;
  }

  /** An unfinished resource is stored as such, and is no failure of a refresh. */
  async #read(urn: string, { id, outputs, inputs, formerUrn }: Kept, run: Run): Promise<void> {
    const type = urn.includes(replicaType.token) ? replicaType : importType;
    const read = async (call: Call): Promise<void> => {
      const answer = await type.read(id, { state: outputs as never, inputs: inputs as never }, run.context, call);
      if (answer === undefined) this.state.delete(urn);
      else this.state.set(urn, { id, inputs: answer.inputs, outputs: answer.state, unfinished: false, formerUrn });
    };
    await run.operate("read", urn, (call) =>
      read(call).catch((error: unknown) => {
        if (!(error instanceof Unfinished)) throw error;
        this.state.set(urn, { ...unfinished(error), formerUrn });
      }),
    );
  }
}

function unfinished({ id, inputs = {}, state }: Unfinished): Kept {
  return { id, inputs: inputs as Values, outputs: state as Values, unfinished: true };
}

/** One command, with one process of the provider. */
class Run {
  readonly errors: Error[] = [];
  readonly slots: Slots;
  readonly context: ProviderContext;
  readonly #process: SimulatedProcess;
  readonly #settings: RunSettings;
  readonly #calls = new Set<RecordedCall>();
  #interrupted = false;

  constructor(process: SimulatedProcess, settings: RunSettings) {
    this.context = process.context;
    this.slots = new Slots(settings.parallel);
    this.#process = process;
    this.#settings = settings;
  }

  get isForced(): boolean {
    return this.#settings.forced ?? false;
  }

  get isInterrupted(): boolean {
    return this.#interrupted;
  }

  /** Whether nothing new may begin. */
  get stopping(): boolean {
    return this.#interrupted || (this.errors.length > 0 && !this.#settings.continueOnError);
  }

  interrupt(): void {
    this.#interrupted = true;
    for (const call of this.#calls) call.interrupt();
  }

  /** What the operation returns; undefined where it failed. */
  async operate<T>(verb: Verb, urn: string, operation: (call: Call) => T | Promise<T>): Promise<T | undefined> {
    const call = this.#process.call(urn);
    this.#calls.add(call);
    const limit = { verb, seconds: this.#settings.timeLimit ?? 7_200, clock: this.context.world.clock, cancellation: call.signal };
    try {
      return await withTimeLimit(limit, async (signal) => operation({ ...call, signal }));
    } catch (error) {
      this.errors.push(error as Error);
      return undefined;
    } finally {
      this.#calls.delete(call);
    }
  }
}
