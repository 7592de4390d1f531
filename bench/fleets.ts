import { fleet } from "../provider/resources/fleet/fleet";
import { fleetInputs } from "../provider/resources/fleet/fleetTable";
import { checkByTable } from "../provider/host/check";
import type { FleetInputs } from "../provider/resources/fleet/fleetState";
import { isDone, type Member, plan } from "../provider/rollout/plan";
import type { Step } from "../provider/rollout/step";
import { boundsOf } from "../provider/rollout/size";
import { median } from "./median";
import { home, rehearse, silentCall, sshKey } from "./rehearsal";
import { atMost, type Measured, once, type Row } from "./row";

const hour = 3_600_000;
/** Seconds that a Droplet takes to be made, and to shut down. */
const droplet = 5;

/** What a rollout takes beside what nothing can beat, in time, requests and computing. */
export const fleetRows: readonly Row[] = [
  { id: "roll.fleet3", unit: "ratio", target: atMost(1.15), measure: () => overCriticalPath(3, "25%") },
  { id: "roll.fleet60", unit: "ratio", target: atMost(1.1), measure: () => overCriticalPath(60, "25%") },
  { id: "roll.fleet500.surge50", unit: "ratio", target: atMost(1.1), measure: () => overCriticalPath(500, "50") },
  { id: "fleet500.writes", unit: "ratio", target: atMost(1.05), measure: writes },
  { id: "fleet.looks", unit: "requests/h", target: atMost(1_000), measure: looks },
  { id: "plan.10000", unit: "s", target: atMost(1), measure: plans },
];

interface Rolled {
  readonly seconds: number;
  readonly writes: readonly string[];
  readonly batches: number;
}

const rolled500 = once(() => roll(500, "50"));

/** One rollout, all settings but the surge by default. */
async function roll(count: number, maxSurge: string): Promise<Rolled> {
  const rehearsal = await rehearse(1, 2, { dropletSeconds: droplet, dropletLimit: 2_000 });
  const { clock } = rehearsal;
  const [before, after] = rehearsal.images.map((image) => inputsOf(image, count, maxSurge));
  const made = await rehearsal.run(fleet.create(before as FleetInputs, rehearsal.context, silentCall("urn:fleet")));
  // The next `up` is another process, and comes later.
  const context = rehearsal.restart();
  await clock.advance(hour);
  const [began, sent] = [clock.now(), rehearsal.requests().length];
  await rehearsal.run(fleet.update(made.id, made.state, after as FleetInputs, context, silentCall("urn:fleet")));
  const asked = rehearsal.requests().slice(sent);
  return {
    seconds: (clock.now() - began) / 1_000,
    writes: asked.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
    batches: Math.ceil(count / boundsOf({ maxSurge, maxUnavailable: "0", maxFailures: "0" }, count).maxSurge),
  };
}

/** Each batch is made, passes its gate by two answers 2 s apart, and the old one drains for 5 s, shuts down and is deleted. */
async function overCriticalPath(count: number, maxSurge: string): Promise<Measured> {
  const { seconds, batches } = await (count === 500 ? rolled500() : roll(count, maxSurge));
  const least = batches * (droplet + 2 + 5 + droplet);
  return { value: seconds / least, note: `${seconds.toFixed(1)} s over ${batches} x (${droplet} + 2 + 5 + ${droplet}) s` };
}

/** Ten Droplets a POST; one request a batch for each of serving, withdrawing, marking, shutting down and deleting; the last has its template's tag. */
async function writes(): Promise<Measured> {
  const { writes: made, batches } = await rolled500();
  const batch = 500 / batches;
  const least = batches * (batch / 10 + 5);
  return { value: made.length / least, note: `${made.length} writes over ${least}, in ${batches} batches` };
}

/** Three fleets of 60 roll one image after the other, without an end. */
async function looks(): Promise<Measured> {
  const rehearsal = await rehearse(1, 2, { dropletSeconds: 30, dropletLimit: 2_000 });
  const { context, clock } = rehearsal;
  const inputs = rehearsal.images.map((image) => inputsOf(image, 60, "25%"));
  const turn = (at: number): FleetInputs => inputs[at % 2] as FleetInputs;
  const create = (name: string) => fleet.create(turn(0), context, silentCall(name));
  let fleets = await rehearsal.run(Promise.all(["a", "b", "c"].map(create)));
  const began = clock.now();
  let rollouts = 0;
  for (; clock.now() - began < hour; rollouts += 1) {
    const update = async ({ id, state }: (typeof fleets)[number]) => {
      return { id, state: await fleet.update(id, state, turn(rollouts + 1), context, silentCall(id)) };
    };
    fleets = await rehearsal.run(Promise.all(fleets.map(update)));
  }
  const asked = rehearsal.requests().filter(({ at }) => at >= began && at < began + hour);
  const looked = asked.filter(({ method, path }) => method === "GET" && /^\/v2\/droplets(\/\d+)?$/.test(path));
  return { value: looked.length, note: `three fleets of 60 in ${rollouts} rollouts each, ${asked.length} requests in all` };
}

function inputsOf(image: string, count: number, maxSurge: string): FleetInputs {
  const given = { image, region: home, size: "s-1vcpu-1gb", count, sshKeys: [sshKey], name: "web" };
  const { inputs } = checkByTable(fleetInputs, { ...given, gate: { http: { port: 80 } }, rollout: { maxSurge } });
  return inputs as unknown as FleetInputs;
}

/** The processor's seconds for every plan of a rollout in which each step takes effect at once. */
function plans(): Promise<Measured> {
  const [thousand, all] = [1_000, 10_000].map((count) => median(Array.from({ length: 5 }, () => planAll(count).seconds))) as [
    number,
    number,
  ];
  const note = `${planAll(1_000).plans} plans; ${(all / thousand).toFixed(1)} times as long as for 1,000 Droplets; medians of 5`;
  return Promise.resolve({ value: all, note });
}

function planAll(count: number): { readonly seconds: number; readonly plans: number } {
  const desired = { slots: Array.from({ length: count }, () => "new") };
  const policy = boundsOf({ maxSurge: "25%", maxUnavailable: "0", maxFailures: "0" }, count);
  let members = new Map(desired.slots.map((_, slot) => [String(slot), serving(String(slot), slot, "old")]));
  let [next, spent, made] = [count, 0, 0];
  for (;;) {
    const present = [...members.values()];
    const began = process.cpuUsage();
    const steps = plan(present, desired, policy);
    const done = steps.length === 0 && isDone(present, desired);
    const { user, system } = process.cpuUsage(began);
    spent += (user + system) / 1_000;
    made += 1;
    if (done) return { seconds: spent / 1_000, plans: made };
    for (const step of steps) [members, next] = after(step, members, next);
  }
}

function after(step: Step, members: Map<string, Member>, next: number): [Map<string, Member>, number] {
  const changed = new Map(members);
  if (step.kind === "create")
    for (const slot of step.slots) changed.set(String(next), { ...serving(String(next++), slot, "new"), serving: false, available: false });
  else if ("ids" in step) {
    for (const id of step.ids) {
      const member = changed.get(id);
      if (member === undefined || step.kind === "delete") changed.delete(id);
      else if (step.kind === "shutdown") changed.set(id, { ...member, power: "off" });
      else changed.set(id, { ...member, serving: step.kind === "serve", available: step.kind === "serve" });
    }
  }
  return [changed, next];
}

function serving(id: string, slot: number, template: string): Member {
  return {
    ...{ id, slot, template, power: "active", serving: true, tagged: false, available: true, unhealthy: false },
    ...{ gate: "passed", locked: false, drained: true, ending: "no" },
  };
}
