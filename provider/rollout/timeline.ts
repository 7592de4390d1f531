import type { FleetObservation } from "./observation";

/** What happens to a Droplet, in order. */
const moments = ["createdAt", "activeAt", "servedAt", "withdrawnAt", "shutDownAt", "deletedAt"] as const;
type Moment = (typeof moments)[number];

/** One Droplet's part in a change. */
interface Life {
  readonly id: string;
  readonly name: string;
  readonly slot: number;
  readonly image: string;
  /** In milliseconds since the epoch; what is missing has not come in this change. */
  readonly at: Partial<Record<Moment, number>>;
  failure?: string;
}

/** The most Droplets that are told of: a state isn't a log. */
const most = 200;

/** What a change did to each Droplet, and when. */
export class Timeline {
  readonly #startedAt: number;
  readonly #lives = new Map<string, Life>();

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Takes in what is there now. */
  note(observation: FleetObservation, now: number): void {
    for (const droplet of observation.droplets) {
      const { wire, slot, madeAt, withdrawal, idleSince, shutdownAt, deletedAt } = droplet;
      const id = String(wire.id);
      const life = this.#lives.get(id) ?? { id, name: wire.name, slot, image: String(wire.image.id), at: {} };
      this.#lives.set(id, life);
      const hasServed = observation.serves(droplet) || life.at.servedAt !== undefined;
      const seen: Life["at"] = {
        createdAt: madeAt,
        activeAt: wire.status === "new" ? undefined : now,
        servedAt: hasServed ? now : undefined,
        withdrawnAt: hasServed && withdrawal === "done" ? idleSince : undefined,
        shutDownAt: shutdownAt,
        deletedAt,
      };
      for (const moment of moments) life.at[moment] ??= seen[moment];
    }
  }

  failed(id: string, failure: string): void {
    const life = this.#lives.get(id);
    if (life !== undefined) life.failure ??= failure;
  }

  /** As the outputs keep it: times as RFC 3339, and of a large fleet the Droplets that came last. */
  record(endedAt: number, requests: number) {
    return {
      startedAt: timeOf(this.#startedAt),
      endedAt: timeOf(endedAt),
      requests,
      droplets: [...this.#lives.values()].slice(-most).map(({ at, ...life }) => ({ ...life, ...timesOf(at) })),
    };
  }
}

function timesOf(at: Life["at"]): Partial<Record<Moment, string>> {
  return Object.fromEntries(moments.flatMap((moment) => (at[moment] === undefined ? [] : [[moment, timeOf(at[moment])]])));
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
