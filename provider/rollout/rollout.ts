import type { Api } from "../api/api";
import { isUnprocessable, mayHaveTakenEffect } from "../api/errors";
import type { TaggedResourceWire } from "../api/wire";
import type { Call } from "../host/resource";
import type { World } from "../world";
import { dropletName } from "./dropletName";
import { creationTagOf, fleetTag, servingTag, templateTag } from "./fleetTags";
import { ask, askAgainAt, type Gate, verdict } from "./gates/gate";
import { Observation, type Timing } from "./observation";
import { isSettled, plan, type Policy, type Step } from "./plan";
import { describeFailure, describeStanding, describeUnreachable, StatusLine } from "./report";
import type { Template } from "./template";
import { nextTick } from "./ticks";

/** One fleet and the rules of its change. */
export interface FleetSetting {
  readonly fleetId: string;
  /** Prefix of the Droplets' names. */
  readonly name: string;
  readonly region: string;
  /** The program's own tags. */
  readonly tags: readonly string[];
  /** The tag of the create under way; undefined when the state knows the fleet. */
  readonly creationTag?: string;
  readonly gate: Gate;
  readonly policy: Policy & Timing;
  /** Slots by Droplet id as an earlier run stored them. */
  readonly knownSlots: ReadonlyMap<string, number>;
}

export interface Wanted {
  readonly template: Template;
  readonly fingerprint: string;
  readonly count: number;
}

/** Names in one POST. */
const batch = 10;
/** Without any change for so long, beside the gate's and the drain's own time, a change is given up. */
const patience = 15 * 60_000;

/** Brings one fleet to what is wanted: looks, plans, acts, and again. */
export class Rollout {
  readonly observation: Observation;
  /** Why the wanted template was given up and what came of it, one sentence each; empty where all is well. */
  readonly reasons: string[] = [];
  readonly #setting: FleetSetting;
  readonly #api: Api;
  readonly #world: World;
  readonly #call: Call;
  readonly #status: StatusLine;
  readonly #stale = new Set<string>();
  /** Nothing was done since the last look. */
  #isFresh = false;

  constructor(setting: FleetSetting, api: Api, world: World, call: Call) {
    this.#setting = setting;
    this.#api = api;
    this.#world = world;
    this.#call = call;
    this.#status = new StatusLine(call, world.clock);
    this.observation = new Observation(setting.fleetId, api.droplets, world.clock, setting.knownSlots);
  }

  /** Looks at the fleet. */
  async look(): Promise<void> {
    await this.observation.look(this.#call.signal);
    this.#isFresh = true;
  }

  /**
   * Brings the fleet to what is wanted. Where a Droplet doesn't pass the gate, or DigitalOcean refuses to make one, it goes back to the
   * settled template and `reasons` says why. Rejects when it is interrupted or the API fails.
   */
  async change(wanted: Wanted, settled: Wanted | undefined): Promise<void> {
    this.reasons.push(...(await this.#reach(wanted)));
    if (this.reasons.length === 0 || settled === undefined || settled.fingerprint === wanted.fingerprint) return;
    this.#call.warn(`${this.reasons.join(" ")} Going back to image ${settled.template.image}.`);
    const again = await this.#reach(settled);
    this.reasons.push(...(again.length > 0 ? again : [`Rolled back: ${describeStanding(this.observation, settled.template.image)}`]));
  }

  /**
   * Rejects where no Droplet that serves now passes the gate: then the gate can't be reached from here, and a replacement would fail for a
   * reason that isn't its own.
   */
  async checkReach(): Promise<void> {
    const { gate } = this.#setting;
    const { signal } = this.#call;
    if (gate.http === undefined) return;
    const serving = this.observation.sightings.filter((sighting) => this.observation.serves(sighting));
    const once = { since: 0, successes: 0, reason: "" };
    for (let round = 1; ; round += 1) {
      const answers = await Promise.all(serving.map(({ wire }) => ask(gate, once, wire, this.#world, signal)));
      if (serving.length === 0 || answers.some(({ successes }) => successes > 0)) return;
      if (round === 3) throw new Error(describeUnreachable(gate, serving[0], answers[0]));
      await this.#world.clock.sleep(gate.intervalSeconds * 1_000, signal);
    }
  }

  /** Puts the program's tags on the Droplets that lack them, and takes off those that the program had before and no longer has. */
  async retag(before: readonly string[]): Promise<void> {
    const { tags, creationTag } = this.#setting;
    const { sightings } = this.observation;
    for (const tag of tags) {
      const lacking = sightings.filter(({ wire }) => !wire.tags.includes(tag)).map(({ wire }) => resource(wire.id));
      if (lacking.length > 0) await this.#api.tags.add(tag, lacking, this.#call.signal);
    }
    for (const tag of before.filter((old) => !tags.includes(old))) {
      const carrying = sightings.filter(({ wire }) => wire.tags.includes(tag)).map(({ wire }) => resource(wire.id));
      if (carrying.length > 0) await this.#api.tags.remove(tag, carrying, this.#call.signal);
    }
    const left = new Set(sightings.flatMap(({ wire }) => creationTagOf(wire.tags) ?? []));
    if (creationTag === undefined) for (const tag of left) await this.#api.tags.delete(tag, this.#call.signal);
  }

  async #reach(wanted: Wanted): Promise<readonly string[]> {
    const { clock, random } = this.#world;
    const { gate, policy } = this.#setting;
    const desired = { template: wanted.fingerprint, count: wanted.count };
    const limit = patience + (gate.deadlineSeconds + policy.drainSeconds + policy.shutdownSeconds) * 1_000;
    let lookAt = clock.now();
    let changedAt = lookAt;
    let before = { members: "", steps: "" };
    for (;;) {
      this.#call.signal.throwIfAborted();
      const looked = clock.now() >= lookAt;
      if (looked && !this.#isFresh) await this.look();
      this.#isFresh = false;
      const failures = await this.#askGate(desired);
      if (failures.length > 0) return failures;

      const members = this.observation.members(gate, policy);
      for (const { template } of members) if (template !== "" && template !== desired.template) this.#stale.add(template);
      this.#status.say(this.observation, wanted, gate);
      const steps = plan(members, desired, policy);
      if (steps.length === 0 && isSettled(members, desired)) return this.#tidy(desired.template);

      const now = { members: JSON.stringify(members), steps: JSON.stringify(steps) };
      if (now.members !== before.members) changedAt = clock.now();
      if (clock.now() - changedAt > limit) {
        throw new Error(
          `Nothing has changed for ${Math.round(limit / 60_000)} min: ${this.#status.text}. Run \`pulumi up\` again to go on.`,
        );
      }
      for (const step of steps) {
        const refusal = await this.#act(step, wanted);
        if (refusal !== undefined) return [refusal];
      }
      // What was done shows in the next look; what lists are slow to show isn't asked for at once again.
      const acted = steps.length > 0 && now.steps !== before.steps;
      if (acted) lookAt = clock.now();
      else if (looked) lookAt = clock.now() + nextTick(clock.now() - changedAt, random());
      before = now;
      const askAt = this.observation.candidates(desired).map(({ attempt }) => (attempt === undefined ? lookAt : askAgainAt(gate, attempt)));
      if (!acted) await clock.sleep(Math.max(100, Math.min(lookAt, ...askAt) - clock.now()), this.#call.signal);
    }
  }

  /** Asks for every Droplet that is due; returns a sentence for each whose time is over. */
  async #askGate(desired: { readonly template: string; readonly count: number }): Promise<readonly string[]> {
    const { gate } = this.#setting;
    const { clock } = this.#world;
    const failures: string[] = [];
    const askOne = async (sighting: (typeof candidates)[number]): Promise<void> => {
      const { attempt } = sighting;
      if (attempt === undefined || verdict(gate, attempt, clock.now()) === "passed") return;
      if (clock.now() >= askAgainAt(gate, attempt)) {
        sighting.attempt = await ask(gate, attempt, sighting.wire, this.#world, this.#call.signal);
      }
      if (verdict(gate, sighting.attempt ?? attempt, clock.now()) === "failed") failures.push(describeFailure(gate, sighting));
    };
    const candidates = this.observation.candidates(desired);
    await Promise.all(candidates.map(askOne));
    return failures;
  }

  /** Does one step; returns a sentence where DigitalOcean refuses to make a Droplet. */
  async #act(step: Step, wanted: Wanted): Promise<string | undefined> {
    const { signal } = this.#call;
    const serving = servingTag(this.#setting.fleetId);
    switch (step.kind) {
      case "serve":
        for (const sighting of this.#seen(step.ids)) sighting.withdrawn = false;
        return this.#api.tags.add(serving, step.ids.map(resource), signal).then(nothing);
      case "withdraw":
        // Before the request: it may take effect without an answer.
        for (const sighting of this.#seen(step.ids)) sighting.withdrawn = true;
        await this.#api.tags.remove(serving, step.ids.map(resource), signal);
        for (const sighting of this.#seen(step.ids)) sighting.idleSince = this.#world.clock.now();
        return undefined;
      case "shutdown":
        for (const sighting of this.#seen(step.ids)) sighting.shutdownAt = this.#world.clock.now();
        await Promise.all(step.ids.map((id) => this.#shutdown(id)));
        return undefined;
      case "delete":
        for (const sighting of this.#seen(step.ids)) sighting.deleting = true;
        return Promise.all(step.ids.map((id) => this.#api.droplets.delete(id, signal))).then(nothing);
      case "create":
        return this.#create(step.slots, wanted);
    }
  }

  /** A refused shutdown needs no answer of its own: the Droplet is deleted when its time is over, and deleting works on a running one. */
  async #shutdown(id: string): Promise<void> {
    try {
      await this.#api.droplets.shutdown(id, this.#call.signal);
    } catch (error) {
      if (!isUnprocessable(error) && !mayHaveTakenEffect(error) && this.observation.get(id)?.wire.status !== "off") throw error;
    }
  }

  async #create(slots: readonly number[], { template, fingerprint }: Wanted): Promise<string | undefined> {
    const { fleetId, name, region, tags, creationTag } = this.#setting;
    for (let start = 0; start < slots.length; start += batch) {
      const some = slots.slice(start, start + batch);
      const own = [fleetTag(fleetId), templateTag(fingerprint), ...(creationTag === undefined ? [] : [creationTag])];
      const droplets = {
        names: some.map((slot) => dropletName(name, slot, fingerprint)),
        region,
        size: template.size,
        image: Number(template.image),
        ssh_keys: template.sshKeys.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
        tags: [...own, ...tags],
        ...(template.userData === undefined ? {} : { user_data: template.userData }),
        ...(template.vpcUuid === undefined ? {} : { vpc_uuid: template.vpcUuid }),
      };
      try {
        this.observation.made(await this.#api.droplets.create(droplets, this.#call.signal));
      } catch (error) {
        if (isUnprocessable(error)) return error.message;
        if (!mayHaveTakenEffect(error)) throw error;
        this.observation.mayBeMade(name, some, fingerprint);
      }
    }
    return undefined;
  }

  /** Deletes the tags of templates that no Droplet is of any more. */
  async #tidy(current: string): Promise<readonly string[]> {
    this.#stale.delete(current);
    for (const template of this.#stale) await this.#api.tags.delete(templateTag(template), this.#call.signal);
    this.#stale.clear();
    return [];
  }

  #seen(ids: readonly string[]) {
    return ids.flatMap((id) => this.observation.get(id) ?? []);
  }
}

function resource(id: string | number): TaggedResourceWire {
  return { resource_id: String(id), resource_type: "droplet" };
}

function nothing(): undefined {
  return undefined;
}
