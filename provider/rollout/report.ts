import { addressOf } from "./addresses";
import { type Attempt, describeGate, type Gate } from "./gates/gate";
import type { FleetObservation, ObservedDroplet } from "./observation";
import type { Wanted } from "./settings";

/** `2 of 3 serving image 12; web-1-ab12 waits for http :8080/health` */
export function statusOf(observation: FleetObservation, wanted: Wanted, gate: Gate): string {
  const current = observation.droplets.filter((sighting) => sighting.template === wanted.template);
  const serving = current.filter((sighting) => observation.serves(sighting)).length;
  const waiting = current.find((sighting) => sighting.attempt !== undefined && !sighting.deleting && !observation.serves(sighting));
  const leaving = observation.droplets.find(({ template, deleting, shutdownAt, withdrawn }) => {
    return deleting || shutdownAt !== undefined || (withdrawn && template !== wanted.template);
  });
  const doing = waiting === undefined ? leaving && endOf(leaving) : beginningOf(waiting, gate);
  return `${serving} of ${wanted.count} serving image ${wanted.of.image}${doing === undefined ? "" : `; ${doing}`}`;
}

/** `3 of 3 Droplets serve image 12.` */
export function describeStanding(observation: FleetObservation, { template, count, of }: Wanted): string {
  const serving = observation.droplets.filter((sighting) => sighting.template === template && observation.serves(sighting));
  return `${serving.length} of ${count} Droplets serve image ${of.image}.`;
}

/** Why a Droplet isn't let into service. */
export function describeFailure(gate: Gate, { wire, attempt }: ObservedDroplet): string {
  const address = addressOf(wire, "public");
  const where = gate.http === undefined || address === undefined ? "" : ` on ${address}`;
  return (
    `Droplet ${wire.name} (${wire.id}) did not pass the gate \`${describeGate(gate)}\`${where} within ${gate.deadlineSeconds} s: ` +
    `${attempt?.reason ?? "it was never asked"}. Mend the image or \`gate\`, then run \`pulumi up\` again.`
  );
}

/** Why a rollout doesn't even begin. */
export function describeUnreachable(gate: Gate, sighting: ObservedDroplet | undefined, answer: Attempt | undefined): string {
  return (
    `\`gate\` is not reachable from here: no Droplet that serves now passes \`${describeGate(gate)}\` ` +
    `(${sighting?.wire.name ?? "none"}: ${answer?.reason ?? "no answer"}), so no new one could be told from a broken one. ` +
    "Nothing was replaced. Open the way from this machine (firewall, VPC), correct `gate`, or set `gate: { active: true }` for this rollout."
  );
}

function beginningOf({ wire }: ObservedDroplet, gate: Gate): string {
  return `${wire.name} ${wire.status === "new" ? "is being created" : `waits for ${describeGate(gate)}`}`;
}

function endOf({ wire, deleting, shutdownAt }: ObservedDroplet): string {
  if (deleting) return `${wire.name} is being deleted`;
  return `${wire.name} ${shutdownAt === undefined ? "drains" : "shuts down"}`;
}
