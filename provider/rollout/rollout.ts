import type { Api, LoadBalancersApi } from "../api/api";
import type { Call } from "../host/resource";
import { StatusLine } from "../waiting/statusLine";
import { Wake } from "../waiting/wake";
import type { World } from "../world";
import type { DropletPoller } from "./dropletPoller";
import { templateOf } from "./fleetTags";
import type { Gate } from "./gates/gate";
import { Prober } from "./gates/prober";
import { FleetObservation } from "./observation";
import { failureOf, type ObservedDroplet } from "./observedDroplet";
import { distance, isDone, plan, type Step } from "./plan";
import { checkReach } from "./reach";
import { mayPass } from "./refusals";
import { describeFailure, describeFailures, describeStall, describeStanding, statusOf } from "./report";
import { boundsFor, type FleetSettings, type Goal } from "./settings";
import { StallWatch } from "./stallWatch";
import { RefusedError, StepExecutor } from "./stepExecutor";
import { Timeline } from "./timeline";
import { Upkeep } from "./upkeep";

/** A change is given up after so long without progress, beside the gate's and the drain's own time. Milliseconds. */
const stallLimit = 15 * 60_000;
/** How long it waits without looking around, in milliseconds. */
const longestWait = 60_000;
/** The pause after the service has said no for the moment, in milliseconds. */
const retryPause = 10_000;

export interface RolloutWorld {
  readonly api: Api;
  readonly world: World;
  readonly poller: DropletPoller;
}

/** Brings one fleet to what is wanted: looks, plans, acts, and again. */
export class Rollout {
  readonly observation: FleetObservation;
  /** Why the wanted template was given up and what came of it, one sentence each; empty where all is well. */
  readonly reasons: string[] = [];
  readonly status: StatusLine;
  readonly timeline: Timeline;
  readonly #settings: FleetSettings;
  readonly #executor: StepExecutor;
  readonly #upkeep: Upkeep;
  readonly #world: World;
  readonly #poller: DropletPoller;
  readonly #loadBalancers: LoadBalancersApi;
  readonly #call: Call;
  readonly #wake: Wake;
  /** Templates whose tags may be there: also those of Droplets that a killed run deleted and came no further. */
  readonly #templates: Set<string>;
  readonly #failures = new Map<string, string>();
  /** No Droplet is made before a look from then on: reads may not show yet what a killed run has made. */
  #holdUntil = 0;
  /** When the last look was begun that showed anything. */
  #seenAt = 0;
  /** Nothing was done since the last look. */
  #isFresh = false;
  /** How the look under way, or the last one, ended. */
  #look: "none" | "underWay" | "done" | { readonly failure: unknown } = "none";
  /** By what was asked, what the service said when it refused for the moment. */
  readonly #refusals = new Map<Step["kind"] | "look" | "upkeep", string>();
  /** The last that went wrong, a sentence. */
  #cause: string | undefined;

  constructor(settings: FleetSettings, { api, world, poller }: RolloutWorld, call: Call) {
    this.#settings = settings;
    this.#world = world;
    this.#poller = poller;
    this.#loadBalancers = api.loadBalancers;
    this.#call = call;
    this.#wake = new Wake(world.clock);
    this.status = new StatusLine(call, world.clock);
    this.timeline = new Timeline(world.clock.now());
    this.#templates = new Set(settings.known.map(({ template }) => template));
    this.observation = new FleetObservation(settings.fleetId, api.droplets, world.clock, settings.known, poller.pace, settings.servingTags);
    this.#upkeep = new Upkeep(settings, api, world.clock, call.signal);
    this.#executor = new StepExecutor(settings, this.observation, api, world.clock, call.signal);
  }

  /** Looks at the fleet, and whatever else carries its tag. */
  async look(): Promise<void> {
    const begunAt = this.#world.clock.now();
    await this.observation.look(this.#call.signal);
    [this.#isFresh, this.#seenAt] = [true, begunAt];
    const { strangers } = this.observation;
    if (strangers.size > 0) {
      this.#call.warn(
        `${[...strangers].join(", ")} carries the fleet's tag, but no fleet made it: it is left alone and counts for nothing.`,
      );
    }
  }

  /** Makes no Droplet for so many milliseconds: what an interrupted run has made may not be seen yet. */
  holdBack(milliseconds: number): void {
    this.#holdUntil = this.#world.clock.now() + milliseconds;
  }

  /** Brings the program's tags on the Droplets to what they are now, from what they were `before`. */
  async retag(before: readonly string[]): Promise<void> {
    if (await this.#executor.retag(before)) this.#isFresh = false;
  }

  /**
   * Rejects where no address of the fleet can be reached from here; marks the Droplets that give bad answers. Those that are to serve again
   * are evidence, too.
   */
  async checkReach({ slots }: Goal): Promise<void> {
    const isWanted = ({ slot, template, wire }: ObservedDroplet): boolean => slots[slot] === template && wire.status === "active";
    const serving = this.observation.droplets.filter((droplet) => this.observation.serves(droplet) || isWanted(droplet));
    await checkReach(serving, this.#settings.gate, this.#world, this.#call.signal);
  }

  /**
   * Brings the fleet along the path, and returns the goal that it came to. Where too many Droplets fail, or DigitalOcean refuses the
   * template, it is rolled back to the last good one, and `reasons` says why. Rejects when it is interrupted, the API fails, or there is no
   * progress.
   */
  async change(path: readonly Goal[], lastGood: Goal | undefined): Promise<Goal | undefined> {
    let reached: Goal | undefined;
    for (const goal of this.#open(path)) {
      this.reasons.push(...(await this.#reach(goal)));
      if (this.reasons.length > 0) return this.#rollBack(goal, lastGood);
      reached = goal;
    }
    return reached;
  }

  /** Whether the wanted template was given up. */
  get isJudged(): boolean {
    return this.reasons.length > 0;
  }

  async #rollBack({ target }: Goal, lastGood: Goal | undefined): Promise<undefined> {
    if (lastGood === undefined || lastGood.target.fingerprint === target.fingerprint) return;
    const [failed, good] = [target.template.image, lastGood.target.template.image];
    this.#call.warn(`Image ${failed} did not start serving: rolling back to image ${good}.`);
    this.#failures.clear();
    const again = await this.#reach(lastGood);
    this.reasons.push(
      ...again,
      `${again.length > 0 ? "The rollback isn't complete" : "Rolled back"}: ${describeStanding(this.observation, lastGood)}`,
    );
  }

  /** Without the stages that an interrupted run has left behind; one that waits for an approval is never passed by. */
  #open(path: readonly Goal[]): readonly Goal[] {
    const { droplets } = this.observation;
    return path.filter(({ slots, target, stage, awaiting }) => {
      const isBeyond = (slot: number): boolean => slots[slot] !== target.fingerprint;
      const isLeft = droplets.some((droplet) => droplet.template === target.fingerprint && isBeyond(droplet.slot));
      return stage === undefined || awaiting !== undefined || !isLeft;
    });
  }

  #gateOf({ bakeSeconds = 0 }: Goal): Gate {
    const { gate } = this.#settings;
    return { ...gate, bakeSeconds: Math.max(gate.bakeSeconds, bakeSeconds) };
  }

  /** Goes on until the fleet is what is wanted; returns why it can't be, one sentence each. */
  async #reach(goal: Goal): Promise<readonly string[]> {
    const end = new AbortController();
    const prober = new Prober(this.#gateOf(goal), this.#world, this.#loadBalancers, () => this.#wake.notify());
    if (!this.#isFresh) await this.look();
    try {
      return await this.#pursue(goal, prober, AbortSignal.any([end.signal, this.#call.signal]));
    } finally {
      prober.stop();
      end.abort(new Error("Nobody waits for this look any more."));
      [this.#look, this.#isFresh] = ["none", false];
    }
  }

  async #pursue(goal: Goal, prober: Prober, looking: AbortSignal): Promise<readonly string[]> {
    const { clock, random } = this.#world;
    const policy = boundsFor(goal, this.#settings.policy);
    const gate = this.#gateOf(goal);
    const limit = stallLimit + (gate.deadlineSeconds + gate.bakeSeconds + policy.drainSeconds + policy.shutdownSeconds) * 1_000;
    const watch = new StallWatch(limit, clock.now());
    const pause = (): number => this.#poller.pace.pause(this.observation.underWay(), clock.now(), random());
    let [lookAt, before, looked, acted, isKept] = [clock.now() + pause(), "", true, false, false];
    for (;;) {
      this.#call.signal.throwIfAborted();
      this.observation.expect(goal.templates);
      this.timeline.note(this.observation, clock.now());
      const candidates = this.observation.candidates(goal, gate);
      prober.askDue(candidates);
      const failures = this.#failuresOf(goal);
      if (failures.length > policy.maxFailures) return describeFailures(failures, policy.maxFailures);

      const members = this.observation.members(gate, policy);
      for (const { wire } of this.observation.droplets) this.#templates.add(templateOf(wire.tags) ?? "");
      if (looked || acted) isKept = await this.#keep(goal);
      const steps = plan(members, goal, policy).filter(({ kind }) => kind !== "create" || this.#seenAt >= this.#holdUntil);
      const [refusal] = this.#refusals.values();
      this.status.say(
        statusOf(this.observation, goal, gate) + (refusal === undefined ? "" : `; DigitalOcean says: ${refusal.replace(/\.$/, "")}`),
      );
      if (steps.length === 0 && isKept && isDone(members, goal)) return this.#finish(goal);
      if (watch.isStalled(distance(members, goal), clock.now())) throw new Error(describeStall(limit, this.#cause));

      // Between two looks nothing is asked for twice: lists may be slow to show what was done.
      const isNew = JSON.stringify(steps) !== before;
      before = JSON.stringify(steps);
      const fault = await this.#do(isNew || looked ? steps : [], goal);
      if (fault !== undefined) return [fault];
      // What was done is planned with at once, but that a Droplet serves must be seen.
      acted = isNew && steps.length > 0;
      const served = acted && steps.some(({ kind }) => kind === "serve");
      if (acted || looked) lookAt = clock.now() + (served ? 0 : pause());
      looked = false;
      if (acted && this.#refusals.size === 0) continue;

      const wakeAt = Math.min(clock.now() + longestWait, prober.nextDue(candidates), this.observation.nextTimer(gate, policy));
      lookAt = Math.min(lookAt, this.#nextHold());
      await this.#wake.wait(Math.min(wakeAt, this.#look === "underWay" ? Infinity : lookAt) - clock.now(), this.#call.signal);
      looked = this.#endLook();
      if (!looked && this.#look === "none" && clock.now() >= lookAt) void this.#beginLook(looking);
    }
  }

  /** Whether the Droplets that stay have all that changes in place; does what they lack. */
  async #keep({ slots }: Goal): Promise<boolean> {
    const staying = this.observation.droplets.filter(({ slot, template, withdrawal }) => slots[slot] === template && withdrawal === "no");
    let isKept = false;
    await this.#attempt("upkeep", async () => void (isKept = await this.#upkeep.keep(staying)));
    return isKept;
  }

  /** When a look must come before Droplets may be made again. */
  #nextHold(): number {
    return this.#holdUntil > this.#world.clock.now() ? this.#holdUntil : Infinity;
  }

  /** Looks without holding up probes, timers and steps. */
  async #beginLook(signal: AbortSignal): Promise<void> {
    this.#look = "underWay";
    const begunAt = this.#world.clock.now();
    try {
      await this.observation.take(await this.#poller.look(this.#settings.fleetId, signal), signal);
      [this.#look, this.#seenAt] = ["done", begunAt];
    } catch (failure) {
      this.#look = { failure };
    }
    this.#wake.notify();
  }

  /** Whether a look has ended, well or by a failure that may pass; rejects with any other. */
  #endLook(): boolean {
    const look = this.#look;
    if (look === "none" || look === "underWay") return false;
    this.#look = "none";
    if (look === "done") this.#refusals.delete("look");
    else this.#tolerate("look", look.failure);
    return true;
  }

  /** Does the steps; returns why the template is refused. A failure that may pass ends them until the next look. */
  async #do(steps: readonly Step[], goal: Goal): Promise<string | undefined> {
    for (const step of steps) {
      try {
        const isDoneNow = await this.#attempt(step.kind, () => this.#executor.do(step, goal));
        if (!isDoneNow && step.kind === "create") this.#holdUntil = this.#world.clock.now() + retryPause;
      } catch (error) {
        if (error instanceof RefusedError) return error.message;
        throw error;
      }
    }
    return undefined;
  }

  /** Returns whether it was done; rejects with a failure that won't pass by itself. */
  async #attempt(what: Step["kind"] | "upkeep", work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.#refusals.delete(what);
      return true;
    } catch (error) {
      this.#tolerate(what, error);
      return false;
    }
  }

  /** Remembers a failure that may pass; throws any other. */
  #tolerate(what: Step["kind"] | "look" | "upkeep", error: unknown): void {
    this.#call.signal.throwIfAborted();
    if (!mayPass(error)) throw error;
    this.#refusals.set(what, error.message);
    this.#cause = error.message;
  }

  /** A sentence for each Droplet of the goal that failed in this change. */
  #failuresOf(goal: Goal): readonly string[] {
    const gate = this.#gateOf(goal);
    for (const droplet of this.observation.droplets) {
      const isOfGoal = goal.slots[droplet.slot] === (droplet.rebuild?.to ?? droplet.template);
      const cause = isOfGoal ? failureOf(droplet, gate, this.#world.clock.now()) : undefined;
      const id = `${droplet.wire.id}/${droplet.rebuild?.at}`;
      if (cause === undefined || this.#failures.has(id)) continue;
      this.#cause = describeFailure(gate, goal.target, droplet, cause);
      this.#failures.set(id, this.#cause);
      this.timeline.failed(String(droplet.wire.id), this.#cause);
    }
    return [...this.#failures.values()];
  }

  async #finish({ slots, standby = "" }: Goal): Promise<readonly string[]> {
    for (const fingerprint of [...slots, standby, ""]) this.#templates.delete(fingerprint);
    await this.#executor.forgetTemplates(this.#templates);
    this.#templates.clear();
    return [];
  }
}
