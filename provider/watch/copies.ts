import type { ActionWire } from "../api/wire";

/** One region's copy of an image, as far as this process knows. */
export type Copy =
  | { readonly state: "present" }
  /** `ended` is when the action was first seen completed; from then on `regions` must name the region soon. */
  | { readonly state: "copying"; readonly actionId: number; readonly since: number; readonly ended?: number }
  /** `cause` is a clause. It stays failed for this process: each copy is asked for once a run. */
  | { readonly state: "failed"; readonly actionId?: number; readonly cause: string };

/** How long after a completed action the image may still not name the region, in milliseconds. */
const confirmation = 60_000;

/** The copies of one image: what the image's `regions` and its actions say, put together. Pure bookkeeping, no requests. */
export class Copies {
  readonly #copies = new Map<string, Copy>();
  #ended = false;

  get(region: string): Copy | undefined {
    return this.#copies.get(region);
  }

  /** Regions in a state, by slug: answers to requests that run at once come in any order. */
  in(state: Copy["state"]): readonly string[] {
    const regions = [...this.#copies].filter(([, copy]) => copy.state === state).map(([region]) => region);
    return regions.sort();
  }

  /** Whether a copy that was seen running has come to be there. */
  get ended(): boolean {
    return this.#ended;
  }

  /** When each running copy began. */
  get begun(): readonly number[] {
    return [...this.#copies.values()].flatMap((copy) => (copy.state === "copying" ? [copy.since] : []));
  }

  copying(region: string, actionId: number, since: number): void {
    this.#copies.set(region, { state: "copying", actionId, since });
  }

  failed(region: string, cause: string, actionId?: number): void {
    this.#copies.set(region, { state: "failed", cause, actionId });
  }

  /** Takes in the image's actions; true where the image itself must be looked at, since only its `regions` decide. */
  heard(actions: readonly ActionWire[], now: number): boolean {
    const byId = new Map(actions.map((action) => [action.id, action]));
    let ended = false;
    for (const [region, copy] of this.#copies) {
      if (copy.state !== "copying") continue;
      const status = byId.get(copy.actionId)?.status;
      if (status === "completed" && copy.ended === undefined) this.#copies.set(region, { ...copy, ended: now });
      // The copy may be there all the same, from another transfer.
      if (status === "errored") this.failed(region, "its transfer ended `errored`, for which DigitalOcean gives no reason", copy.actionId);
      ended ||= status === "completed" || status === "errored";
    }
    return ended;
  }

  /** Takes in the image's `regions`. */
  seen(regions: readonly string[], now: number): void {
    for (const region of regions) {
      this.#ended ||= this.#copies.get(region)?.state === "copying";
      this.#copies.set(region, { state: "present" });
    }
    for (const [region, copy] of this.#copies) {
      if (regions.includes(region)) continue;
      if (copy.state === "present") this.#copies.delete(region);
      if (copy.state === "copying" && copy.ended !== undefined && now - copy.ended >= confirmation) {
        this.failed(region, "its transfer ended `completed`, but the image's `regions` don't name the region", copy.actionId);
      }
    }
  }

  /** One clause that names every one of the regions and how its copy is. */
  describe(regions: readonly string[]): string {
    return regions.map((region) => `${region}: ${describe(this.#copies.get(region))}`).join(", ");
  }
}

function describe(copy: Copy | undefined): string {
  switch (copy?.state) {
    case undefined:
      return "missing";
    case "present":
      return "there";
    case "copying":
      return `being copied by action ${copy.actionId}`;
    case "failed":
      return copy.actionId === undefined ? "refused" : `action ${copy.actionId} failed`;
  }
}
