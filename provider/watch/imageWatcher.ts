import type { Api } from "../api/api";
import { isNotFound } from "../api/errors";
import type { ActionWire, ImageWire } from "../api/wire";
import type { World } from "../world";
import { Copies, type Copy } from "./copies";
import { expectedTransfer, quantile, type Expectation } from "./expectation";
import { Mutex } from "../waiting/mutex";
import { SingleFlight } from "../waiting/singleFlight";
import type { Listener } from "../waiting/listener";
import { SharedWait } from "../waiting/sharedWait";
import { duration } from "../waiting/duration";
import { statusKey, statusLine, type ImageWait } from "./imageStatus";
import { untilNextTick } from "./ticks";
import { hasCompleted, isDecisive, requestTransfer, runningTransfer } from "./transfer";

/** What the watchers of one process share. */
export interface WatcherSurroundings {
  readonly api: Api;
  readonly world: World;
  /** The account's newest actions, for what a transfer usually takes. */
  readonly history: SingleFlight<readonly ActionWire[]>;
  /** How long imports took, in milliseconds, by the image's number: as states tell, and as this process has seen. */
  readonly importTimes: Map<string, number>;
}

interface Spending {
  readonly since: number;
  spent: number;
}

/** For so many milliseconds after a write's answer told of an image, reads may not know it yet. */
const lag = 60_000;
/** A shorter wait isn't worth a request for what such waits usually take. */
const longWait = 20_000;

/**
 * Everything that this process knows of one image. It asks for it on behalf of all who wait: one request a tick, however
 * many regions.
 */
export class ImageWatcher {
  readonly #id: string;
  readonly #around: WatcherSurroundings;
  readonly #image: SingleFlight<ImageWire | undefined>;
  readonly #actions: SingleFlight<readonly ActionWire[]>;
  readonly #wait: SharedWait;
  readonly #copies = new Copies();
  /** The image as last seen; undefined where it is gone. */
  #seen: ImageWire | undefined;
  readonly #starts: Mutex;
  #toldAt = -Infinity;
  readonly #spendings: { importing?: Spending; copying?: Spending } = {};
  #own: readonly ActionWire[] = [];
  #account: readonly ActionWire[] | undefined;
  #copiesSince: number | undefined;

  constructor(id: string, around: WatcherSurroundings) {
    this.#id = id;
    this.#around = around;
    this.#starts = new Mutex(around.world.clock, "other copies of the image to be asked for");
    this.#image = new SingleFlight(async (signal) => this.#note(await around.api.images.get(id, signal)));
    this.#actions = new SingleFlight((signal) => around.api.images.actions(id, signal));
    this.#wait = new SharedWait(around.world.clock, {
      look: (signal) => this.#look(signal),
      endsWait: isDecisive,
      untilNextLook: () => this.#untilNextLook(),
      status: (silence) => this.#status(silence),
    });
  }

  /** The image, undefined where it is gone; asked for once in this process, until something here changes it. */
  image(signal: AbortSignal): Promise<ImageWire | undefined> {
    return this.#image.get(signal);
  }

  /** The action that is copying the image to the region now, asked for as the image is. */
  async running(region: string, signal: AbortSignal): Promise<ActionWire | undefined> {
    return runningTransfer(await this.#actions.get(signal), region);
  }

  /** Takes in the image as the answer to a write told it. */
  learn(image: ImageWire): void {
    this.#toldAt = this.#now();
    this.#image.set(this.#note(image));
  }

  /** Says that something here changed the image, or that a fresh look is wanted. */
  forget(): void {
    this.#image.forget();
    this.#actions.forget();
  }

  /** Waits until the import has ended, well or not. Undefined where the image is gone. */
  async imported(listener: Listener): Promise<ImageWire | undefined> {
    await this.image(listener.signal);
    const ended = await this.#wait.until(() => (isImporting(this.#seen) ? undefined : { image: this.#seen }), listener);
    return ended.image;
  }

  /**
   * Asks for a transfer to each of the regions where the image neither is nor is being copied to, all at once. One that is refused is kept
   * as failed and hinders no other; none that failed is asked for again by the same process.
   */
  start(regions: readonly string[], signal: AbortSignal): Promise<void> {
    return this.#starts.runExclusive(signal, () => this.#startMissing(regions, signal));
  }

  /** Waits until the copy to a region has ended, well or not. Undefined where nothing makes one, or the image is gone. */
  async copied(region: string, listener: Listener): Promise<Copy | undefined> {
    const ended = await this.#wait.until(() => {
      const copy = this.copy(region);
      return copy?.state === "copying" ? undefined : { copy };
    }, listener);
    this.#summarise(listener);
    return ended.copy;
  }

  /** How the copy to a region is, as last seen. */
  copy(region: string): Copy | undefined {
    return this.#seen === undefined ? undefined : this.#copies.get(region);
  }

  /** One clause that names each of the regions and how its copy is. */
  describe(regions: readonly string[]): string {
    return this.#copies.describe(regions);
  }

  async #startMissing(regions: readonly string[], signal: AbortSignal): Promise<void> {
    if ((await this.image(signal)) === undefined) return;
    const unheard = regions.filter((region) => this.#copies.get(region) === undefined);
    if (unheard.length === 0) return;
    const actions = await this.#actions.get(signal);
    // The image may have been looked at long before its actions were.
    if (unheard.some((region) => hasCompleted(actions, region))) {
      this.#image.forget();
      if ((await this.image(signal)) === undefined) return;
    }
    const missing = unheard.filter((region) => this.#copies.get(region) === undefined);
    if (missing.length === 0) return;
    this.#copiesSince ??= this.#now();
    // A signal each, since Node.js warns of more than ten listeners to one.
    const starts = missing.map((region) => this.#startOne(region, actions, AbortSignal.any([signal])));
    const outcomes = await Promise.allSettled(starts);
    this.forget();
    const rejected = outcomes.find(({ status }) => status === "rejected");
    if (rejected?.status === "rejected") {
      const gone = isNotFound(rejected.reason) && (await this.image(signal)) === undefined;
      if (!gone) throw rejected.reason;
      return;
    }
    // A region may have been refused because another run's copy was there first.
    if (missing.some((region) => this.#copies.get(region)?.state === "failed")) await this.image(signal);
    // Those who wait may be in the middle of a long sleep.
    this.#wait.reschedule();
  }

  async #startOne(region: string, actions: readonly ActionWire[], signal: AbortSignal): Promise<void> {
    const running = runningTransfer(actions, region);
    if (running !== undefined) {
      this.#copies.copying(region, running.id, Math.min(this.#now(), Date.parse(running.started_at)));
      return;
    }
    const outcome = await requestTransfer(this.#around.api, this.#id, region, actions, signal);
    if ("action" in outcome) this.#copies.copying(region, outcome.action.id, this.#now());
    else this.#copies.failed(region, outcome.refused);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { images } = this.#around.api;
    this.#spending.spent += 1;
    if (this.#phase === "importing") {
      const image = await images.get(this.#id, signal, "background");
      if (image !== undefined || this.#now() - this.#toldAt > lag) this.#image.set(this.#note(image));
      return;
    }
    const actions = await images.actions(this.#id, signal, "background").catch(emptyWhereGone);
    this.#own = actions;
    this.#actions.set(actions);
    if (actions.length === 0 || this.#copies.heard(actions, this.#now())) {
      this.#spending.spent += 1;
      this.#image.set(this.#note(await images.get(this.#id, signal)));
    }
    if (this.#age() > longWait) this.#account ??= await this.#around.history.get(signal).catch(() => []);
  }

  #note(image: ImageWire | undefined): ImageWire | undefined {
    if (isImporting(this.#seen) && image?.status === "available") {
      const took = this.#now() - Date.parse(image.created_at ?? "");
      if (took >= 0) this.#around.importTimes.set(this.#id, took);
    }
    this.#seen = image?.status === "deleted" ? { ...image, regions: [] } : image;
    if (image !== undefined) this.#copies.seen(this.#seen?.regions ?? [], this.#now());
    return image;
  }

  #untilNextLook(): number {
    const { ended: finishing } = this.#copies;
    const { since, spent } = this.#spending;
    const pace = { underWay: this.#ages(), expected: this.#expected(), finishing, spent, watched: this.#now() - since };
    return untilNextTick(pace, this.#around.world.random());
  }

  #status(silence: number): { key: string; line: string } {
    const phase = this.#phase;
    const done = this.#copies.in("present").length;
    const failed = this.#copies.in("failed").length;
    const regions = { done, failed, wanted: done + failed + this.#copies.in("copying").length };
    const waiting: ImageWait = { imageId: this.#id, phase, elapsed: this.#age(), expected: this.#usual(), regions, silence };
    return { key: statusKey(waiting), line: statusLine(waiting) };
  }

  /** Says once, when the last copy has ended, what has become of all of them. */
  #summarise(listener: Listener): void {
    if (this.#copiesSince === undefined || this.#copies.in("copying").length > 0) return;
    const [present, failed] = [this.#copies.in("present"), this.#copies.in("failed")];
    const misses = failed.length === 0 ? "" : `, but not in ${failed.join(", ")}`;
    listener.info(`Image ${this.#id} is in ${present.join(", ")}${misses}; copying took ${duration(this.#now() - this.#copiesSince)}.`);
    this.#copiesSince = undefined;
  }

  #expected(): Expectation | undefined {
    if (this.#phase === "importing") return undefined;
    return expectedTransfer(this.#own, this.#account ?? [], this.#seen?.size_gigabytes);
  }

  /** How long what is waited for usually takes. */
  #usual(): number | undefined {
    if (this.#phase === "copying") return this.#expected()?.usual;
    return quantile([...this.#around.importTimes.values()], 0.5);
  }

  /** How long each thing that is waited for has been under way. */
  #ages(): readonly number[] {
    const begun = this.#phase === "importing" ? [this.#spending.since] : this.#copies.begun;
    return begun.map((since) => this.#now() - since);
  }

  #age(): number {
    return Math.max(0, ...this.#ages());
  }

  get #phase(): "importing" | "copying" {
    return isImporting(this.#seen) ? "importing" : "copying";
  }

  /** What watching has cost in the phase that it is in: a long import leaves nothing less for the copies. */
  get #spending(): Spending {
    return (this.#spendings[this.#phase] ??= { since: this.#now(), spent: 0 });
  }

  #now(): number {
    return this.#around.world.clock.now();
  }
}

/** True while DigitalOcean still reads the image's source. */
export function isImporting(image: { readonly status?: string } | undefined): boolean {
  return ["new", "pending"].includes(image?.status?.toLowerCase() ?? "");
}

function emptyWhereGone(error: unknown): readonly ActionWire[] {
  if (isNotFound(error)) return [];
  throw error;
}
