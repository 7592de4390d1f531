import { addressOf } from "./addressOf";
import { type Attempt, describeGate, type Gate } from "./gates/gate";
import type { FleetObservation, ObservedDroplet } from "./observation";
import type { Wanted } from "./settings";

/** `2 of 3 serving image 12; web-1-ab12 waits for http :8080/health` */
export function statusOf(observation: FleetObservation, wanted: Wanted, gate: Gate): string {
  const current = observation.droplets.filter((droplet) => droplet.template === wanted.template);
  const serving = current.filter((droplet) => observation.serves(droplet)).length;
  const waiting = current.find((droplet) => droplet.attempt !== undefined && !droplet.deleting && !observation.serves(droplet));
  const leaving = observation.droplets.find(({ template, deleting, shutdownAt, withdrawn }) => {
    return deleting || shutdownAt !== undefined || (withdrawn && template !== wanted.template);
  });
  const doing = waiting === undefined ? leaving && endOf(leaving) : beginningOf(waiting, gate);
  return `${serving} of ${wanted.count} serving image ${wanted.of.image}${doing === undefined ? "" : `; ${doing}`}`;
}

/** `3 of 3 Droplets serve image 12.` */
export function describeStanding(observation: FleetObservation, { template, count, of }: Wanted): string {
  const serving = observation.droplets.filter((droplet) => droplet.template === template && observation.serves(droplet));
  return `${serving.length} of ${count} Droplets serve image ${of.image}.`;
}

/** Why a Droplet isn't let into service. */
export function describeFailure(gate: Gate, { wire, attempt }: ObservedDroplet): string {
  const address = addressOf(wire, "public");
  const where = gate.http === undefined || address === undefined ? "" : ` on ${address}`;
  return (
    `Droplet ${wire.name} (${wire.id}) failed its gate \`${describeGate(gate)}\`${where} within ${gate.deadlineSeconds} s: ` +
    `${attempt?.reason ?? "it was never asked"}. Fix the image or the gate, then run \`pulumi up\` again.`
  );
}

/** Why a rollout doesn't even begin. */
export function describeUnreachable(gate: Gate, droplet: ObservedDroplet | undefined, answer: Attempt | undefined): string {
  return (
    `\`gate\` can't be reached from here: none of the Droplets that serve passes \`${describeGate(gate)}\` ` +
    `(${droplet?.wire.name ?? "none"}: ${answer?.reason ?? "no answer"}), so a good Droplet would look like a broken one. ` +
    "Nothing was replaced. Allow this machine through the firewall, correct `gate`, or set `gate: { active: true }` for this rollout."
  );
}

function beginningOf({ wire }: ObservedDroplet, gate: Gate): string {
  return `${wire.name} ${wire.status === "new" ? "is being created" : `waits for ${describeGate(gate)}`}`;
}

function endOf({ wire, deleting, shutdownAt }: ObservedDroplet): string {
  if (deleting) return `${wire.name} is being deleted`;
  return `${wire.name} ${shutdownAt === undefined ? "drains" : "shuts down"}`;
}
