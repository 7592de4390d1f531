import type { Api } from "../api/api";
import type { Call } from "../host/resource";
import type { StatusLine } from "../waiting/statusLine";
import { Wake } from "../waiting/wake";
import type { World } from "../world";
import type { DropletPoller } from "./dropletPoller";
import { DueSteps } from "./dueSteps";
import { templateOf } from "./fleetTags";
import type { Gate } from "./gates/gate";
import { Prober } from "./gates/prober";
import type { FleetObservation } from "./observation";
import type { ReservedAddresses } from "./reservedAddresses";
import { failureOf } from "./observedDroplet";
import { distance, isDone, plan } from "./plan";
import { mayPass } from "./refusals";
import { describeFailure, describeFailures, describeStall, statusOf } from "./report";
import { boundsFor, type FleetSettings, type Goal } from "./settings";
import type { Step } from "./step";
import { StallWatch } from "./stallWatch";
import { RefusedError, type StepExecutor } from "./stepExecutor";
import type { Timeline } from "./timeline";
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

/** What a rollout has for all its desired states. */
interface Shared {
  readonly observation: FleetObservation;
  readonly addresses: ReservedAddresses;
  readonly executor: StepExecutor;
  readonly status: StatusLine;
  readonly timeline: Timeline;
}

/** Brings one fleet to one desired state: looks, plans, acts, and again. */
export class Pursuit {
  readonly #settings: FleetSettings;
  readonly #observation: FleetObservation;
  readonly #addresses: ReservedAddresses;
  readonly #executor: StepExecutor;
  readonly #status: StatusLine;
  readonly #timeline: Timeline;
  readonly #upkeep: Upkeep;
  readonly #api: Api;
  readonly #world: World;
  readonly #poller: DropletPoller;
  readonly #call: Call;
  readonly #wake: Wake;
  /** Templates whose tags may be there: also those of Droplets that a killed run deleted and came no further. */
  readonly #templates: Set<string>;
  readonly #failures = new Map<string, string>();
  /** Nothing is done, and the goal is not reached, before a look from then on: reads may not show yet what a killed run did. */
  #settledAt = 0;
  /** No step of the kind is done before a look from then on. */
  readonly #holds = new Map<Step["kind"], number>();
  /** When the last look was begun that showed anything. */
  #seenAt = 0;
  /** How the look under way, or the last one, ended. */
  #look: "none" | "underWay" | "done" | { readonly failure: unknown } = "none";
  /** By what was asked, what the service said when it refused for the moment. */
  readonly #refusals = new Map<Step["kind"] | "look" | "upkeep", string>();
  /** The last that went wrong, a sentence. */
  #cause: string | undefined;

  constructor(settings: FleetSettings, { api, world, poller }: RolloutWorld, call: Call, shared: Shared) {
    this.#settings = settings;
    this.#observation = shared.observation;
    this.#addresses = shared.addresses;
    this.#executor = shared.executor;
    this.#status = shared.status;
    this.#timeline = shared.timeline;
    this.#api = api;
    this.#world = world;
    this.#poller = poller;
    this.#call = call;
    this.#wake = new Wake(world.clock);
    this.#templates = new Set([...settings.formerTemplates, ...settings.known.map(({ template }) => template)]);
    this.#upkeep = new Upkeep(settings, api, world.clock, call.signal);
  }

  /** Does nothing for so many milliseconds. */
  holdBack(milliseconds: number): void {
    this.#settledAt = this.#world.clock.now() + milliseconds;
  }

  /** A look that was begun then has shown the fleet. */
  hasSeen(begunAt: number): void {
    this.#seenAt = begunAt;
  }

  /** Those of one template count for none of the next. */
  forgetFailures(): void {
    this.#failures.clear();
  }

  /** Goes on until the fleet is what is wanted; returns why it can't be, one sentence each. */
  async reach(goal: Goal): Promise<readonly string[]> {
    const end = new AbortController();
    const prober = new Prober(this.#gateOf(goal), this.#world, this.#api.loadBalancers, () => this.#wake.notify());
    try {
      return await this.#pursue(goal, prober, AbortSignal.any([end.signal, this.#call.signal]));
    } finally {
      prober.stop();
      end.abort(new Error("Nobody waits for this look any more."));
      this.#look = "none";
    }
  }

  #gateOf({ bakeSeconds = 0 }: Goal): Gate {
    const { gate } = this.#settings;
    return { ...gate, bakeSeconds: Math.max(gate.bakeSeconds, bakeSeconds) };
  }

  async #pursue(goal: Goal, prober: Prober, looking: AbortSignal): Promise<readonly string[]> {
    const { clock, random } = this.#world;
    const policy = boundsFor(goal, this.#settings.policy);
    const gate = this.#gateOf(goal);
    const limit = stallLimit + (gate.deadlineSeconds + gate.bakeSeconds + policy.drainSeconds + policy.shutdownSeconds) * 1_000;
    const watch = new StallWatch(limit, clock.now());
    const pause = (): number =>
      this.#poller.pace.pause([...this.#observation.underWay(), ...this.#addresses.underWay()], clock.now(), random());
    const dueSteps = new DueSteps();
    let [lookAt, looked, acted, isKept] = [clock.now() + pause(), true, false, false];
    for (;;) {
      this.#call.signal.throwIfAborted();
      this.#observation.expect(goal.templates);
      this.#timeline.note(this.#observation, clock.now());
      const candidates = this.#observation.candidates(goal, gate);
      prober.askDue(candidates);
      const failures = this.#failuresOf(goal);
      if (failures.length > policy.maxFailures) return describeFailures(failures, policy.maxFailures);

      const [members, addresses] = [this.#observation.members(gate, policy), this.#addresses.all];
      for (const { wire } of this.#observation.droplets) this.#templates.add(templateOf(wire.tags) ?? "");
      if (looked || acted) isKept = await this.#keep(goal);
      const isSettled = this.#seenAt >= this.#settledAt;
      const steps = isSettled
        ? plan(members, goal, policy, addresses).filter(({ kind }) => this.#seenAt >= (this.#holds.get(kind) ?? 0))
        : [];
      const [refusal] = this.#refusals.values();
      const parts = [
        statusOf(this.#observation, goal, gate, this.#addresses.doing),
        ...(isSettled ? [] : ["waiting until lists show what an earlier run did"]),
        ...(refusal === undefined ? [] : [`DigitalOcean says: ${refusal.replace(/\.$/, "")}`]),
      ];
      this.#status.say(parts.join("; "));
      if (isSettled && steps.length === 0 && isKept && isDone(members, goal, addresses)) return this.#finish(goal);
      if (watch.isStalled(distance(members, goal, addresses), clock.now())) throw new Error(describeStall(limit, this.#cause));

      const due = dueSteps.of(steps, looked, clock.now());
      // What was done is planned with at once, but that a Droplet serves must be seen.
      acted = due.some((step) => dueSteps.isNew(step));
      const served = acted && due.some(({ kind }) => kind === "serve");
      const { fault, failed } = await this.#do(due, goal);
      if (fault !== undefined) return [fault];
      dueSteps.record(steps, due, failed, clock.now());
      if (acted || looked) lookAt = clock.now() + (served ? 0 : pause());
      looked = false;
      if (acted && this.#refusals.size === 0) continue;

      const wakeAt = Math.min(clock.now() + longestWait, prober.nextDue(candidates), this.#observation.nextTimer(gate, policy));
      lookAt = Math.min(lookAt, this.#nextHold());
      await this.#wake.wait(Math.min(wakeAt, this.#look === "underWay" ? Infinity : lookAt) - clock.now(), this.#call.signal);
      looked = this.#endLook();
      if (!looked && this.#look === "none" && clock.now() >= lookAt) void this.#beginLook(looking);
    }
  }

  /** Whether the Droplets that stay have all that changes in place; does what they lack. */
  async #keep({ slots }: Goal): Promise<boolean> {
    const staying = this.#observation.droplets.filter(({ slot, template, withdrawal }) => slots[slot] === template && withdrawal === "no");
    let isKept = false;
    await this.#attempt("upkeep", async () => void (isKept = await this.#upkeep.keep(staying)));
    return isKept;
  }

  #hold(kind: Step["kind"], milliseconds: number): void {
    this.#holds.set(kind, this.#world.clock.now() + milliseconds);
  }

  /** When a look must come before what is held back may be done. */
  #nextHold(): number {
    const holds = [this.#settledAt, ...this.#holds.values()];
    return Math.min(...holds.filter((until) => until > this.#world.clock.now()), Infinity);
  }

  /** Looks without holding up probes, timers and steps. */
  async #beginLook(signal: AbortSignal): Promise<void> {
    this.#look = "underWay";
    const begunAt = this.#world.clock.now();
    try {
      const listed = await this.#poller.look(this.#settings.fleetId, signal);
      this.#poller.spend(await this.#observation.take(listed, signal, this.#poller.failedCreates));
      if (this.#addresses.underWay().length > 0) this.#addresses.take(await this.#poller.reservedIps(signal));
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

  /** Does the steps; returns why the template is refused, and which of them could not be done for the moment. */
  async #do(steps: readonly Step[], goal: Goal): Promise<{ readonly fault?: string; readonly failed: readonly Step[] }> {
    const failed: Step[] = [];
    for (const step of steps) {
      if (step.kind === "withdraw" && !this.#executor.isMarked) {
        failed.push(step);
        await this.#attempt("withdraw", () => this.#executor.mark());
        // It may have taken long: what can be done without is chosen by another look.
        this.#hold("withdraw", 0);
        continue;
      }
      try {
        if (await this.#attempt(step.kind, () => this.#executor.do(step, goal))) continue;
        failed.push(step);
        if (step.kind === "create") this.#hold("create", retryPause);
      } catch (error) {
        if (error instanceof RefusedError) return { fault: error.message, failed };
        throw error;
      }
    }
    return { failed };
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
    for (const droplet of this.#observation.droplets) {
      const isOfGoal = goal.slots[droplet.slot] === (droplet.rebuild?.to ?? droplet.template);
      const cause = isOfGoal ? failureOf(droplet, gate, this.#world.clock.now()) : undefined;
      const id = `${droplet.wire.id}/${droplet.rebuild?.at}`;
      if (cause === undefined || this.#failures.has(id)) continue;
      this.#cause = describeFailure(gate, goal.target, droplet, cause);
      this.#failures.set(id, this.#cause);
      this.#timeline.failed(String(droplet.wire.id), this.#cause);
    }
    return [...this.#failures.values()];
  }

  async #finish({ slots, standby = "" }: Goal): Promise<readonly string[]> {
    for (const fingerprint of [...slots, standby, ""]) this.#templates.delete(fingerprint);
    await this.#executor.forget(this.#templates);
    this.#templates.clear();
    return [];
  }
}
