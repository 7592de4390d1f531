import { addressOf } from "./addressOf";
import { type Attempt, describeGate, type Gate } from "./gates/gate";
import { asksAnything } from "./gates/question";
import type { FleetObservation } from "./observation";
import { awaitsBalancer, type ObservedDroplet } from "./observedDroplet";
import type { Goal, Version } from "./settings";

/** Failures that are told one by one. */
const shown = 3;

/** `2 of 3 serving image 12; web-1-ab12 waits for http :8080/health` */
export function statusOf(observation: FleetObservation, { target, slots, stage }: Goal, gate: Gate, moving?: string): string {
  const wanted = observation.droplets.filter(({ slot, template }) => slots[slot] === template);
  const current = wanted.filter(({ template }) => template === target.fingerprint);
  const serving = current.filter((droplet) => observation.serves(droplet)).length;
  const count = slots.filter((fingerprint) => fingerprint === target.fingerprint).length;
  const doing =
    wanted
      .filter((droplet) => !observation.serves(droplet) || awaitsBalancer(droplet, gate))
      .map((droplet) => beginningOf(droplet, gate))[0] ??
    observation.droplets.flatMap((droplet) => (wanted.includes(droplet) ? [] : (endOf(droplet) ?? [])))[0] ??
    moving;
  return `${stage === undefined ? "" : `canary ${stage.stage} of ${stage.of}: `}${serving} of ${count} serving image ${target.template.image}${doing === undefined ? "" : `; ${doing}`}`;
}

/** `3 of 3 Droplets serve image 12.` */
export function describeStanding(observation: FleetObservation, { target, slots }: Goal): string {
  const serving = observation.droplets.filter((droplet) => droplet.template === target.fingerprint && observation.serves(droplet));
  if (slots.length === 0) return "no Droplet serves, as before.";
  return `${serving.length} of ${slots.length} Droplets serve image ${target.template.image}.`;
}

/** What the program can do with what stands by. */
export function describeKept({ target, standby }: Goal, keptUntil: string): string {
  return (
    `Image ${target.template.image} serves. The Droplets of before (template ${standby}) stay until ${keptUntil}, and cost until a run after ` +
    "that deletes them. To go back at once, set the properties of before and run `pulumi up`."
  );
}

/** `canary 1 of 2: paused with image 12 in 1 of 4 slots; …` */
export function describePause({ stage, slots, target, awaiting = "" }: Goal): string {
  const many = slots.filter((fingerprint) => fingerprint === target.fingerprint).length;
  const where = stage === undefined ? "" : `canary ${stage.stage} of ${stage.of}: `;
  const standing = `${many} of ${slots.length} ${slots.length === 1 ? "slot runs" : "slots run"} image ${target.template.image}`;
  return `${where}${standing}, and the rollout has paused. To go on, set \`rollout.approved: "${awaiting}"\` and run \`pulumi up\`.`;
}

/** Why a Droplet doesn't come to serve; `cause` is a clause. */
export function describeFailure(gate: Gate, { template: { image } }: Version, { wire, attempt }: ObservedDroplet, cause: string): string {
  const address = addressOf(wire, gate.address);
  const where = address === undefined ? "" : ` on ${address}`;
  const isGates = asksAnything(gate) && attempt?.isLate === true;
  const what = isGates ? ` its gate \`${describeGate(gate)}\`${where} within ${gate.deadlineSeconds} s` : "";
  return `Droplet ${wire.name} (${wire.id}, image ${image}) failed${what}: ${cause}.`;
}

/** The first failures, and what to do about them. */
export function describeFailures(failures: readonly string[], allowed: number): readonly string[] {
  const count = `${failures.length} ${failures.length === 1 ? "Droplet" : "Droplets"} failed`;
  const remedy = "Fix the image or the gate, then run `pulumi up` again.";
  return [...failures.slice(0, shown), `${count}, and \`rollout.maxFailures\` allows ${allowed}. ${remedy}`];
}

/** Why a rollout doesn't even begin. */
export function describeUnreachable(gate: Gate, droplet: ObservedDroplet | undefined, answer: Attempt | undefined): string {
  return (
    `\`gate\` can't be reached from here: nothing came back from any of the Droplets that serve when asked for \`${describeGate(gate)}\` ` +
    `(${droplet?.wire.name ?? "none"}: ${answer?.reason ?? "no answer"}), so a good Droplet would look like a broken one. ` +
    "Nothing was replaced. Allow this machine through the firewall, correct `gate`, or set `gate: { active: true }` for this rollout."
  );
}

/** Why a change is given up; `cause` is the last that went wrong, a sentence. */
export function describeStall(milliseconds: number, cause: string | undefined): string {
  const last = cause === undefined ? "" : ` The last that went wrong: ${cause}`;
  return `There was no progress for ${Math.round(milliseconds / 60_000)} min.${last} What was done stays; the next \`pulumi up\` goes on from there.`;
}

function beginningOf(droplet: ObservedDroplet, gate: Gate): string {
  const { wire, servingSince } = droplet;
  if (wire.status === "new") return `${wire.name} is being created`;
  if (servingSince === undefined) return `${wire.name} waits for ${describeGate(gate)}`;
  return awaitsBalancer(droplet, gate) ? `${wire.name} waits for load balancer ${gate.loadBalancer}` : `${wire.name} is ${wire.status}`;
}

function endOf({ wire, template, deletedAt, shutdownAt, withdrawal, rebuild }: ObservedDroplet): string | undefined {
  if (rebuild !== undefined && (wire.locked || template !== rebuild.to)) return `${wire.name} is being rebuilt`;
  if (wire.locked && deletedAt === undefined && shutdownAt === undefined && withdrawal !== "no") {
    return `${wire.name} is locked by another action, such as a backup`;
  }
  if (deletedAt !== undefined) return `${wire.name} is being deleted`;
  if (shutdownAt !== undefined) return `${wire.name} is shutting down`;
  return withdrawal === "no" ? undefined : `${wire.name} is draining`;
}
