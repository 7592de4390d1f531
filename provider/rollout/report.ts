import type { Call } from "../host/resource";
import type { Clock } from "../world";
import { addressOf } from "./addresses";
import { type Attempt, describeGate, type Gate } from "./gates/gate";
import type { Observation, Sighting } from "./observation";

/** A line at least this often while nothing changes, in milliseconds. */
const heartbeat = 30_000;

/** Says where a rollout stands: at each change, and every 30 s of waiting. */
export class StatusLine {
  /** What was said last. */
  text = "nothing was seen yet";
  readonly #call: Call;
  readonly #clock: Clock;
  #phase = "";
  #since = 0;
  #saidAt = 0;

  constructor(call: Call, clock: Clock) {
    this.#call = call;
    this.#clock = clock;
  }

  say(
    observation: Observation,
    wanted: { readonly template: { readonly image: string }; readonly fingerprint: string; readonly count: number },
    gate: Gate,
  ): void {
    const current = observation.sightings.filter((sighting) => sighting.template === wanted.fingerprint);
    const serving = current.filter((sighting) => observation.serves(sighting)).length;
    const phase = `${serving} of ${wanted.count} serving image ${wanted.template.image}${activity(observation, wanted.fingerprint, gate)}`;
    const now = this.#clock.now();
    if (phase === this.#phase && now - this.#saidAt < heartbeat) return;
    if (phase !== this.#phase) this.#since = now;
    this.#phase = phase;
    this.#saidAt = now;
    const seconds = Math.round((now - this.#since) / 1_000);
    this.text = seconds === 0 ? phase : `${phase} (${seconds} s)`;
    this.#call.progress(this.text);
  }
}

/** `3 Droplets serve image 12, 1 doesn't serve.` */
export function describeStanding(observation: Observation, image: string): string {
  const serving = observation.sightings.filter((sighting) => observation.serves(sighting));
  const wanted = serving.filter((sighting) => String(sighting.wire.image.id) === image).length;
  const idle = observation.sightings.length - serving.length;
  const others = serving.length === wanted ? "" : `, ${droplets(serving.length - wanted)} another one`;
  const rest = idle === 0 ? "" : `, ${idle} ${idle === 1 ? "doesn't" : "don't"} serve`;
  return `${droplets(wanted)} image ${image}${others}${rest}.`;
}

/** Why a Droplet isn't let into service. */
export function describeFailure(gate: Gate, { wire, attempt }: Sighting): string {
  const address = addressOf(wire, "public");
  const where = gate.http === undefined || address === undefined ? "" : ` on ${address}`;
  return (
    `Droplet ${wire.name} (${wire.id}) did not pass the gate \`${describeGate(gate)}\`${where} within ${gate.deadlineSeconds} s: ` +
    `${attempt?.reason ?? "it was never asked"}. Mend the image or \`gate\`, then run \`pulumi up\` again.`
  );
}

/** Why a rollout doesn't even begin. */
export function describeUnreachable(gate: Gate, sighting: Sighting | undefined, answer: Attempt | undefined): string {
  return (
    `\`gate\` is not reachable from here: no Droplet that serves now passes \`${describeGate(gate)}\` ` +
    `(${sighting?.wire.name ?? "none"}: ${answer?.reason ?? "no answer"}), so no new one could be told from a broken one. Nothing was replaced. ` +
    "Open the way from this machine (firewall, VPC), correct `gate`, or set `gate: { active: true }` for this rollout."
  );
}

function activity(observation: Observation, fingerprint: string, gate: Gate): string {
  const { sightings } = observation;
  const leaving = sightings.find(({ template, deleting, shutdownAt, withdrawn }) => {
    return deleting || shutdownAt !== undefined || (withdrawn && template !== fingerprint);
  });
  const waiting = sightings.find(
    (sighting) => sighting.attempt !== undefined && sighting.template === fingerprint && !observation.serves(sighting),
  );
  if (waiting !== undefined) {
    return `; ${waiting.wire.name} ${waiting.wire.status === "new" ? "is being created" : `waits for ${describeGate(gate)}`}`;
  }
  if (leaving === undefined) return "";
  if (leaving.deleting) return `; ${leaving.wire.name} is being deleted`;
  return `; ${leaving.wire.name} ${leaving.shutdownAt === undefined ? "drains" : "shuts down"}`;
}

function droplets(count: number): string {
  return count === 1 ? "1 Droplet serves" : `${count} Droplets serve`;
}
