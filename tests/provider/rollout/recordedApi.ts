import { actionsPage, type Api } from "../../../provider/api/api";
import type { ActionWire, DropletWire, NewDropletsWire, TaggedResourceWire } from "../../../provider/api/wire";

/** A Droplet as the service would list it. */
export function wireOf(id: number, changes: Partial<DropletWire> = {}): DropletWire {
  return {
    ...{ id, name: `web-${id}-0123`, status: "active", locked: false, created_at: "", image: { id: 12, name: "web" } },
    ...{ size_slug: "s-1vcpu-1gb", networks: { v4: [] }, region: { slug: "ams3" }, tags: [] },
    ...changes,
  };
}

/** An API that writes down what it is asked for, and answers from a list of Droplets. */
export class RecordedApi {
  readonly asked: string[] = [];
  droplets: DropletWire[] = [];
  /** What the next call rejects with, by its name. */
  readonly failures = new Map<string, Error>();
  /** The account's actions, newest first. */
  actions: Partial<ActionWire>[] = [];
  /** The account's Droplet limit. */
  limit = 100;
  /** Droplets that a deletion doesn't find. */
  readonly unknown = new Set<string>();
  readonly api: Api;
  #next = 100;

  constructor() {
    const idsOf = (resources: readonly TaggedResourceWire[]): string => resources.map((one) => one.resource_id).join(" ");
    this.api = {
      account: () => Promise.resolve({ droplet_limit: this.limit }),
      droplets: {
        listByTag: (tag: string) => this.#do("list", tag, () => [...this.droplets]),
        get: (id: string) => this.#do("get", id, () => this.droplets.find((one) => String(one.id) === id)),
        create: ({ names, tags, image }: NewDropletsWire) =>
          this.#do("create", names.join(" "), () => names.map((name) => this.#make({ name, tags, image: { id: image, name: "web" } }))),
        delete: (id: string) => this.#do("delete", id, () => !this.unknown.has(id)),
        total: () => Promise.resolve(this.droplets.length),
        deleteByTag: (tag: string) => this.#do("deleteByTag", tag, () => undefined),
        shutdownByTag: (tag: string) => this.#do("shutdownByTag", tag, () => undefined),
        shutdown: (id: string) => this.#do("shutdown", id, () => undefined),
      },
      actions: {
        recent: (_: AbortSignal, __: unknown, page = 1) =>
          this.#do("actions", String(page), () => this.actions.slice((page - 1) * actionsPage, page * actionsPage)),
      },
      tags: {
        add: (tag: string, resources: readonly TaggedResourceWire[]) => this.#do("tag", `${tag} ${idsOf(resources)}`, () => undefined),
        make: (tag: string, resources: readonly TaggedResourceWire[]) => this.#do("make", `${tag} ${idsOf(resources)}`, () => undefined),
        remove: (tag: string, resources: readonly TaggedResourceWire[]) => this.#do("untag", `${tag} ${idsOf(resources)}`, () => undefined),
        create: (tag: string) => this.#do("makeTag", tag, () => undefined),
        delete: (tag: string) => this.#do("forget", tag, () => undefined),
      },
    } as unknown as Api;
  }

  #do<T>(name: string, what: string, answer: () => T): Promise<T> {
    this.asked.push(`${name} ${what}`);
    const failure = this.failures.get(name);
    this.failures.delete(name);
    return failure === undefined ? Promise.resolve(answer()) : Promise.reject(failure);
  }

  #make(changes: Partial<DropletWire>): DropletWire {
    this.#next += 1;
    return wireOf(this.#next, { status: "new", ...changes });
  }
}
