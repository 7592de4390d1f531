import type { Call } from "../host/resource";
import { StatusLine } from "../waiting/statusLine";
import type { World } from "../world";
import { FleetObservation } from "./observation";
import type { ObservedDroplet } from "./observedDroplet";
import { Pursuit, type RolloutWorld } from "./pursuit";
import { checkReach } from "./reach";
import { describeStanding } from "./report";
import { ReservedAddresses } from "./reservedAddresses";
import type { FleetSettings, Goal } from "./settings";
import { StepExecutor } from "./stepExecutor";
import { Timeline } from "./timeline";

/** Brings one fleet to what is wanted, by one desired state after the other, and back where that fails. */
export class Rollout {
  readonly observation: FleetObservation;
  /** Why the wanted template was given up and what came of it, one sentence each; empty where all is well. */
  readonly reasons: string[] = [];
  readonly status: StatusLine;
  readonly timeline: Timeline;
  readonly addresses: ReservedAddresses;
  readonly #settings: FleetSettings;
  readonly #executor: StepExecutor;
  readonly #pursuit: Pursuit;
  readonly #world: World;
  readonly #call: Call;
  /** Nothing was done since the last look. */
  #isFresh = false;

  constructor(settings: FleetSettings, { api, world, poller }: RolloutWorld, call: Call) {
    this.#settings = settings;
    this.#world = world;
    this.#call = call;
    this.status = new StatusLine(call, world.clock, settings.expected);
    this.timeline = new Timeline(world.clock.now());
    this.observation = new FleetObservation(settings.fleetId, api.droplets, world.clock, settings.known, {
      ...settings,
      pace: poller.pace,
    });
    this.addresses = new ReservedAddresses(settings.reservedIps, settings.formerReservedIps, api.reservedIps, world.clock);
    const { observation, addresses, status, timeline } = this;
    const seen = { observation, addresses };
    this.#executor = new StepExecutor(settings, seen, api, world.clock, call.signal);
    this.#pursuit = new Pursuit(settings, { api, world, poller }, call, { ...seen, status, timeline, executor: this.#executor });
  }

  /** Looks at the fleet, and whatever else carries its tag. */
  async look(): Promise<void> {
    const begunAt = this.#world.clock.now();
    await Promise.all([this.observation.look(this.#call.signal), this.addresses.look(this.#call.signal)]);
    this.#isFresh = true;
    this.#pursuit.hasSeen(begunAt);
    const { strangers } = this.observation;
    if (strangers.size > 0) {
      this.#call.warn(
        `${[...strangers].join(", ")} carries the fleet's tag, but no fleet made it: it is left alone and counts for nothing.`,
      );
    }
  }

  /** Does nothing to Droplets for so many milliseconds: what a killed run did may not be seen yet. */
  holdBack(milliseconds: number): void {
    this.#executor.noteKilled();
    this.#pursuit.holdBack(milliseconds);
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
    this.#pursuit.forgetFailures();
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

  /** Goes on until the fleet is what is wanted; returns why it can't be, one sentence each. */
  async #reach(goal: Goal): Promise<readonly string[]> {
    if (!this.#isFresh) await this.look();
    this.#isFresh = false;
    return this.#pursuit.reach(goal);
  }
}
