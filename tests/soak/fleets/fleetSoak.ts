import type { DropletWire } from "../../../provider/api/wire";
import type { FleetInputs } from "../../../provider/resources/fleet/fleetState";
import { changeTag, creationTagOf, fleetTag, servingTag } from "../../../provider/rollout/fleetTags";
import { boundsOf } from "../../../provider/rollout/size";
import { byFleet, FleetCloud, type FleetBounds, region, sshKey } from "./fleetCloud";
import { FleetEngine } from "./fleetEngine";
import { fleetTrialOf, type FleetTrial, type UpsetRun, type WantedFleet } from "./fleetTrial";

/** Seconds that a run may take at most: an hour for the requests of the next, and half as many again. */
const longestRun = 4 * 3_600;

/** How one `up` of a trial ended. */
export interface FleetRun {
  readonly image: number;
  /** What failed; undefined where the provider's process was killed. */
  readonly errors: readonly string[] | undefined;
  readonly seconds: number;
  /** Seconds from Ctrl-C to the end. */
  readonly interruptedFor: number | undefined;
  readonly timers: number;
}

export interface PlayedFleets {
  readonly trial: FleetTrial;
  readonly cloud: FleetCloud;
  readonly engine: FleetEngine;
  readonly runs: readonly FleetRun[];
  /** Ids of fleets whose create was over at the service when it was killed, and no state says so: no order of the two can close this gap. */
  readonly orphans: ReadonlySet<string>;
}

/** Plays the trial of a seed, and returns what then does not hold, one sentence each. */
export async function soakFleets(seed: number): Promise<readonly string[]> {
  return wrongAfter(await playFleets(seed));
}

/** Plays the trial of a seed on virtual time: each program with its upset runs, and in the end quiet ones until nothing is left to do. */
export async function playFleets(seed: number): Promise<PlayedFleets> {
  const trial = fleetTrialOf(seed);
  const cloud = new FleetCloud(trial, (name) => boundsIn(trial, name));
  const engine = new FleetEngine();
  const runs: FleetRun[] = [];
  const orphans = new Set<string>();
  const { clock } = cloud;
  return clock.run(play());

  async function play(): Promise<PlayedFleets> {
    const ips = await reserve(cloud, trial);
    for (const fault of trial.faults) await cloud.fault(fault);
    let image = 0;
    const wantedWith = async (approves: boolean) => {
      const given = await Promise.all(trial.fleets.map(async (one) => [one.name, await inputsOf(one, image, approves)] as const));
      return new Map(given);
    };
    const inputsOf = async (one: WantedFleet, at: number, approves: boolean): Promise<FleetInputs> => ({
      ...{ image: await cloud.image(at), region, size: "s-1vcpu-1gb", count: one.count, sshKeys: [sshKey], name: one.name },
      ...{ servingTags: ["shop"], reservedIps: ips.get(one.name)! },
      gate: {
        http: { port: 8080, path: "/", status: ["200-399"], https: false },
        ...{ address: "public", successThreshold: 2, intervalSeconds: 1, deadlineSeconds: 30, timeoutSeconds: 5, bakeSeconds: 0 },
      },
      rollout: { ...one.rollout, approved: approves ? engine.kept.get(one.name)?.state.rollout?.awaiting : undefined },
    });
    for (const program of trial.programs) {
      image = program.image;
      for (const settings of program.runs) {
        runs.push(await run(cloud, engine, image, settings, await wantedWith(settings.approves)));
        for (const id of await orphaned(cloud, engine)) orphans.add(id);
      }
    }
    await cloud.control("options", { dropletLimit: 100 });
    for (let left = 25; left > 0; left -= 1) {
      const wanted = await wantedWith(true);
      runs.push(await run(cloud, engine, image, { ...quiet, pause: left < 15 ? 400 : 45 }, wanted));
      const changed = await Promise.all(
        [...(await wantedWith(true))].map(([name, one]) => engine.isChanged(name, one, cloud.process.context)),
      );
      const waits = [...engine.kept.values()].some(
        ({ state }) => state.rollout?.awaiting !== undefined || state.rollout?.kept !== undefined,
      );
      if (!changed.includes(true) && !waits) break;
    }
    return { trial, cloud, engine, runs, orphans };
  }
}

const quiet: UpsetRun = { pause: 45, refresh: true, approves: true, upset: { kind: "none" }, others: [] };

async function run(
  cloud: FleetCloud,
  engine: FleetEngine,
  image: number,
  { pause, refresh, upset, others }: UpsetRun,
  wanted: ReadonlyMap<string, FleetInputs>,
): Promise<FleetRun> {
  const { clock } = cloud;
  await clock.sleep(pause * 1_000);
  const process = cloud.restart();
  const began = clock.now();
  const life: { isOver: boolean; interruptedAt?: number } = { isOver: false };
  const later = (seconds: number, happen: () => unknown) => void clock.sleep(seconds * 1_000).then(() => life.isOver || happen());
  for (const [after, work] of others) later(after, () => cloud.meddle(work));
  if (upset.kind === "killed") later(upset.after, () => process.kill());
  if (upset.kind === "killedAtRequest") process.killAt({ at: upset.request, when: upset.when });
  if (upset.kind === "interrupted") {
    later(upset.after, () => {
      life.interruptedAt = clock.now();
      engine.interrupt();
    });
  }
  if (upset.kind === "offline") {
    later(upset.after, () => (cloud.offline = true));
    later(upset.after + upset.lasting, () => (cloud.offline = false));
  }
  const work = async (): Promise<readonly string[]> => {
    const failed = refresh ? await engine.refresh(process.context) : [];
    return failed.length > 0 ? failed : engine.up(wanted, process.context);
  };
  const errors = await Promise.race([work(), process.dead.then(() => undefined)]);
  life.isOver = true;
  cloud.offline = false;
  const ended = clock.now();
  await clock.sleep(0);
  const interruptedFor = life.interruptedAt === undefined ? undefined : (ended - life.interruptedAt) / 1_000;
  return { image, errors, seconds: (ended - began) / 1_000, interruptedFor, timers: errors === undefined ? 0 : process.clock.timers };
}

function boundsIn({ fleets }: FleetTrial, name: string): FleetBounds {
  const { count, rollout } = fleets.find((one) => one.name === name)!;
  const { maxSurge, maxUnavailable } = boundsOf(rollout, count);
  const mostAtFirst = count + maxSurge;
  if (rollout.rebuild === true) return { count, least: count - Math.max(1, maxUnavailable), most: count, mostAtFirst };
  const most = rollout.blueGreen === undefined ? mostAtFirst : count + Math.max(count, maxSurge);
  return { count, least: count - maxUnavailable, most, mostAtFirst };
}

async function reserve(cloud: FleetCloud, { fleets }: FleetTrial): Promise<ReadonlyMap<string, readonly string[]>> {
  const ips = new Map<string, readonly string[]>();
  for (const { name, addresses } of fleets) {
    const made: string[] = [];
    for (let at = 0; at < addresses; at += 1) {
      made.push((await cloud.ask<{ reserved_ip: { ip: string } }>("POST", "/v2/reserved_ips", { region })).reserved_ip.ip);
    }
    ips.set(name, made);
  }
  return ips;
}

/** Those whose create's tag is gone, and that no state knows. */
async function orphaned(cloud: FleetCloud, engine: FleetEngine): Promise<readonly string[]> {
  const fleets = [...byFleet(await cloud.droplets())].filter(([, [one]]) => !engine.kept.has(nameOf(one!)));
  return fleets.flatMap(([id, droplets]) => (droplets.some(({ tags }) => creationTagOf(tags) !== undefined) ? [] : [id]));
}

/** The fleet's name, which its Droplets' names begin with. */
function nameOf({ name }: DropletWire): string {
  return name.split("-")[0]!;
}

/**
 * A tag that nothing carries: of a template, of a fleet whose create was killed and that no state ever knew, or of a change whose
 * Droplets a run has deleted that was cut short. The last goes with the next change, or with the fleet.
 */
function mayStay(tag: string, kept: ReadonlySet<string>): boolean {
  const [, kind = "", of = ""] = /^imagefleet:(change|fleet|serving|template):(.+)$/.exec(tag) ?? [];
  return kind === "template" || kind === "change" || (kind !== "" && !kept.has(of));
}

async function wrongAfter({ trial, cloud, engine, runs, orphans }: PlayedFleets): Promise<readonly string[]> {
  return cloud.clock.run(judge());

  async function judge(): Promise<readonly string[]> {
    const ends = runs.flatMap(({ seconds, interruptedFor, timers, errors }, at) => [
      ...(seconds > longestRun ? [`Run ${at + 1} took ${seconds} s.`] : []),
      ...((interruptedFor ?? 0) > 10 ? [`Run ${at + 1} ended ${interruptedFor} s after Ctrl-C.`] : []),
      ...(timers > 0 ? [`Run ${at + 1} left ${timers} timers.`] : []),
      ...(errors?.some((error) => /TypeError|undefined|must be known/.test(error)) === true ? [`Run ${at + 1}: ${errors.join(" ")}`] : []),
    ]);
    const last = runs.at(-1)!;
    const fleets = byFleet(await cloud.droplets());
    const { reserved_ips: ips } = await cloud.ask<{ reserved_ips: { ip: string; droplet: { id: number } | null }[] }>(
      "GET",
      "/v2/reserved_ips?per_page=200",
    );
    const tags = await tagsOf(cloud);
    const used = new Set([...fleets.values()].flat().flatMap((droplet) => droplet.tags));
    const unused = tags.filter((tag) => /^imagefleet:(change|create|fleet|leaving|serving|template):/.test(tag) && !used.has(tag));
    const ids = new Set([...engine.kept.values()].map(({ id }) => id));
    const left = unused.filter((tag) => !mayStay(tag, ids));
    // A run that is cut short when the last Droplet with a tag is gone leaves it: no Droplet shows it to the next one any more.
    const cutShort = runs.filter(({ errors }) => errors?.length !== 0).length * trial.fleets.length;
    const cut = unused.filter((tag) => /^imagefleet:(change|template):/.test(tag));
    if (cut.length > cutShort) left.push(...cut);
    const image = await cloud.image(trial.programs.at(-1)!.image);
    const standing = trial.fleets.flatMap(({ name, count, addresses }): readonly string[] => {
      const kept = engine.kept.get(name);
      const found = [...fleets].filter(([, [one]]) => nameOf(one!) === name).map(([id]) => id);
      if (kept === undefined) return [`${name} isn't there: ${last.errors?.join(" ")}`];
      const others = found.filter((id) => id !== kept.id);
      if (!fleets.has(kept.id) || !others.every((id) => orphans.has(id)))
        return [`${name} is ${kept.id}, and there are ${found.join(", ")}.`];
      const unnamed = others.filter(
        (id) => !engine.warned.get(name)?.some((text) => text.startsWith(`Fleet ${id} was made for this resource`)),
      );
      if (unnamed.length > 0) return [`${name} is ${kept.id}, and its create didn't warn of ${unnamed.join(", ")}.`];
      const droplets = fleets.get(kept.id)!;
      const slots = droplets.map((droplet) => Number(droplet.name.split("-")[1])).sort();
      const serving = droplets.filter(
        (one) => [servingTag(kept.id), "shop"].every((tag) => one.tags.includes(tag)) && one.status === "active",
      );
      const bySlot = new Map(droplets.map((one) => [Number(one.name.split("-")[1]), one.id]));
      const holders = (kept.state.reservedIps ?? []).map((ip) => ips.find((one) => one.ip === ip)?.droplet?.id);
      const is = {
        image: droplets.every((one) => String(one.image.id) === image),
        ...{ slots, serving: serving.length, live: kept.state.live!.map(({ id }) => id).sort(), unfinished: kept.unfinished },
        awaiting: kept.state.rollout?.awaiting,
        holders,
      };
      const should = {
        image: true,
        ...{ slots: Array.from({ length: count }, (_, slot) => slot), serving: count, live: droplets.map(({ id }) => String(id)).sort() },
        ...{ unfinished: false, awaiting: undefined, holders: Array.from({ length: addresses }, (_, slot) => bySlot.get(slot)) },
      };
      const [has, wants] = [JSON.stringify(is), JSON.stringify(should)];
      return has === wants ? [] : [`${name} is ${has} and not ${wants}: ${last.errors?.join(" ")}`];
    });
    const wrongs = [...cloud.wrongs, ...ends, ...standing, ...(left.length > 0 ? [`Tags are left: ${left.join(", ")}.`] : [])];
    if (wrongs.length > 0) return wrongs;
    // Where lists lag, what they still show looks like somebody else's, whose tag stays.
    const isLate = (tag: string): boolean => trial.listLag > 0 && tag.startsWith("imagefleet:fleet:");
    const lost = [...fleets].filter(([id]) => !ids.has(id));
    // As the warning says; their tags stay.
    for (const [id] of lost) await cloud.ask("DELETE", `/v2/droplets?tag_name=${fleetTag(id)}`);
    if (lost.length > 0) await cloud.clock.sleep(60_000);
    const shared = new Set([...ids].flatMap((id) => fleets.get(id)!.flatMap(({ tags }) => tags)));
    const changes = new Set([...ids].map(changeTag));
    const unchanged = unused.filter((tag) => !changes.has(tag));
    const stays = new Set([...unchanged, ...lost.flatMap(([, all]) => all.flatMap((one) => one.tags)).filter((tag) => !shared.has(tag))]);
    const failed = await destroy(cloud, engine);
    const over = [...failed, ...(await tagsOf(cloud)).filter((tag) => tag.startsWith("imagefleet:") && !stays.has(tag) && !isLate(tag))];
    const { length } = await cloud.droplets();
    return over.length + length === 0 ? [] : [`The end leaves ${length} Droplets; ${over.join(" ")}`];
  }
}

/** A service that fails five tries in a row ends a destroy with its cause: it is run again, and has to finish what is left. */
async function destroy(cloud: FleetCloud, engine: FleetEngine): Promise<readonly string[]> {
  const failed = await engine.destroy(cloud.restart().context);
  return failed.length === 0 ? [] : engine.destroy(cloud.restart().context);
}

async function tagsOf(cloud: FleetCloud): Promise<readonly string[]> {
  return (await cloud.ask<{ tags: { name: string }[] }>("GET", "/v2/tags?per_page=200")).tags.map(({ name }) => name);
}
