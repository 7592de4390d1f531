import type { Api } from "../api/api";
import type { Call } from "../host/resource";
import type { World } from "../world";
import { ask, askAgainAt, verdict } from "./gates/gate";
import { StepExecutor } from "./stepExecutor";
import { FleetObservation, type ObservedDroplet } from "./observation";
import { isDone, plan } from "./plan";
import { describeFailure, describeStanding, describeUnreachable, statusOf } from "./report";
import type { FleetSettings, Wanted } from "./settings";
import { StatusLine } from "../waiting/statusLine";
import { nextLook } from "./nextLook";

/** A change is given up when nothing has changed for so long beside the gate's and the drain's own time. Milliseconds. */
const stallLimit = 15 * 60_000;

/** Brings one fleet to what is wanted: looks, plans, acts, and again. */
export class Rollout {
  readonly observation: FleetObservation;
  /** Why the wanted template was given up and what came of it, one sentence each; empty where all is well. */
  readonly reasons: string[] = [];
  readonly status: StatusLine;
  readonly #settings: FleetSettings;
  readonly #executor: StepExecutor;
  readonly #world: World;
  readonly #call: Call;
  /** Templates whose tags may be there: also those of Droplets that a killed run deleted and came no further. */
  readonly #stale: Set<string>;
  /** Nothing was done since the last look. */
  #isFresh = false;

  constructor(settings: FleetSettings, api: Api, world: World, call: Call) {
    this.#settings = settings;
    this.#world = world;
    this.#call = call;
    this.status = new StatusLine(call, world.clock);
    this.#stale = new Set(settings.known.map(({ template }) => template));
    this.observation = new FleetObservation(settings.fleetId, api.droplets, world.clock, settings.known);
    this.#executor = new StepExecutor(settings, this.observation, api, world.clock, call.signal);
  }

  /** Looks at the fleet. */
  async look(): Promise<void> {
    await this.observation.look(this.#call.signal);
    this.#isFresh = true;
  }

  /** Brings the program's tags on the Droplets to what they are now, from what they were `before`. */
  async retag(before: readonly string[]): Promise<void> {
    if (await this.#executor.retag(before)) this.#isFresh = false;
  }

  /**
   * Brings the fleet to what is wanted. Where a Droplet doesn't pass the gate, or DigitalOcean refuses to make one, it goes back to the
   * last good template, and `reasons` says why. Rejects when it is interrupted or the API fails.
   */
  async change(wanted: Wanted, lastGood: Wanted | undefined): Promise<void> {
    this.reasons.push(...(await this.#reach(wanted)));
    if (this.reasons.length === 0 || lastGood === undefined || lastGood.template === wanted.template) return;
    this.#call.warn(`A Droplet of image ${wanted.of.image} did not start serving: rolling back to image ${lastGood.of.image}.`);
    const again = await this.#reach(lastGood);
    this.reasons.push(...(again.length > 0 ? again : [`Rolled back: ${describeStanding(this.observation, lastGood)}`]));
  }

  /**
   * Rejects where no Droplet that serves now passes the gate: then the gate can't be reached from here, and a replacement would fail for a
   * reason that isn't its own.
   */
  async checkReach(): Promise<void> {
    const { gate } = this.#settings;
    const { signal } = this.#call;
    const serving = this.observation.droplets.filter((droplet) => this.observation.serves(droplet));
    if (gate.http === undefined || serving.length === 0) return;
    const once = { since: 0, successes: 0, reason: "" };
    for (let round = 1; ; round += 1) {
      const answers = await Promise.all(serving.map(({ wire }) => ask(gate, once, wire, this.#world, signal)));
      if (answers.some(({ successes }) => successes > 0)) return;
      if (round === 3) throw new Error(describeUnreachable(gate, serving[0], answers[0]));
      await this.#world.clock.sleep(gate.intervalSeconds * 1_000, signal);
    }
  }

  /** Goes on until the fleet is what is wanted; returns why it can't be, one sentence each. */
  async #reach(wanted: Wanted): Promise<readonly string[]> {
    const { clock, random } = this.#world;
    const { gate, policy } = this.#settings;
    const limit = stallLimit + (gate.deadlineSeconds + policy.drainSeconds + policy.shutdownSeconds) * 1_000;
    let lookAt = clock.now();
    let changedAt = lookAt;
    let before = { members: "", steps: "" };
    for (;;) {
      this.#call.signal.throwIfAborted();
      const looks = clock.now() >= lookAt;
      if (looks && !this.#isFresh) await this.look();
      this.#isFresh = false;
      const failures = await this.#askGate(wanted);
      if (failures.length > 0) return failures;

      const members = this.observation.members(gate, policy);
      for (const { template } of members) this.#stale.add(template);
      this.status.say(statusOf(this.observation, wanted, gate));
      const steps = plan(members, wanted, policy);
      if (steps.length === 0 && isDone(members, wanted)) return this.#finish(wanted);

      const now = { members: JSON.stringify(members), steps: JSON.stringify(steps) };
      if (now.members !== before.members) changedAt = clock.now();
      if (clock.now() - changedAt > limit) {
        throw new Error(
          `Nothing has changed for ${Math.round(limit / 60_000)} min: check the Droplets in the control panel, then run \`pulumi up\` again.`,
        );
      }
      // Between two looks nothing is asked for twice: lists may be slow to show what was done.
      const isNew = now.steps !== before.steps;
      before = now;
      for (const step of isNew || looks ? steps : []) {
        const refusal = await this.#executor.do(step, wanted);
        if (refusal !== undefined) return [refusal];
      }
      // What was done is planned with at once, but that a Droplet serves must be seen.
      const acted = isNew && steps.length > 0;
      const served = acted && steps.some(({ kind }) => kind === "serve");
      if (acted || looks) lookAt = clock.now() + (served ? 0 : nextLook(clock.now() - changedAt, random()));
      if (!acted) await clock.sleep(Math.max(0, Math.min(lookAt, ...this.#questions(wanted)) - clock.now()), this.#call.signal);
    }
  }

  /** Asks for every Droplet that is due; returns a sentence for each whose time is over. */
  async #askGate(wanted: Wanted): Promise<readonly string[]> {
    const { gate } = this.#settings;
    const { clock } = this.#world;
    const askOne = async (droplet: ObservedDroplet): Promise<readonly string[]> => {
      const { attempt } = droplet;
      if (attempt === undefined || verdict(gate, attempt, clock.now()) === "passed") return [];
      const isDue = clock.now() >= askAgainAt(gate, attempt);
      const next = isDue ? await ask(gate, attempt, droplet.wire, this.#world, this.#call.signal) : attempt;
      droplet.attempt = next;
      return verdict(gate, next, clock.now()) === "failed" ? [describeFailure(gate, droplet)] : [];
    };
    return (await Promise.all(this.observation.candidates(wanted).map(askOne))).flat();
  }

  /** When the gate is to be asked next for each Droplet that hasn't passed. */
  #questions(wanted: Wanted): readonly number[] {
    const { gate } = this.#settings;
    const { clock } = this.#world;
    const attempts = this.observation.candidates(wanted).flatMap(({ attempt }) => attempt ?? []);
    return attempts.filter((attempt) => verdict(gate, attempt, clock.now()) === "waiting").map((attempt) => askAgainAt(gate, attempt));
  }

  async #finish({ template }: Wanted): Promise<readonly string[]> {
    this.#stale.delete(template);
    await this.#executor.forgetTemplates(this.#stale);
    this.#stale.clear();
    return [];
  }
}
