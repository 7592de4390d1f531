import type { Api } from "./api/api";
import type { ImageWire } from "./api/wire";
import { Watchers } from "./watch/watchers";
import type { World } from "./world";

/** What one configured provider shares among its resources. */
export interface Session {
  readonly api: Api;
  readonly world: World;
  /** Tells apart two states that share project and stack names on one account; empty where none was set. */
  readonly namespace: string;
  readonly watchers: Watchers;
  /** By the tag of its lineage, the image that this process has imported or taken over last: lists may not know it yet. */
  readonly current: Map<string, ImageWire>;
  /** The team that the token acts for; one request a process. */
  team(signal: AbortSignal): Promise<Team>;
}

export interface Team {
  readonly uuid: string;
  readonly name: string;
}

export function createSession({ api, world, namespace }: Pick<Session, "api" | "world" | "namespace">): Session {
  return {
    api,
    world,
    namespace,
    watchers: new Watchers(api, world),
    current: new Map(),
    async team(signal) {
      const { team, uuid } = await api.account(signal);
      return team === undefined ? { uuid, name: "the account's own" } : { uuid: team.uuid, name: team.name };
    },
  };
}
