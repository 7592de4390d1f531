import type { Api } from "./api/api";
import { DropletPoller } from "./rollout/dropletPoller";
import { Watchers } from "./watch/watchers";
import { createSourceAccess, type ConfiguredSpaces, type SourceAccess } from "./source/sourceAccess";
import type { StagingWorld } from "./source/stagingWorld";
import { SingleFlight } from "./waiting/singleFlight";
import type { World } from "./world";

/** What one configured provider shares among its resources. */
export interface ProviderContext {
  readonly api: Api;
  readonly world: World;
  /** Tells apart two states that share project and stack names on one account; empty where none was set. */
  readonly namespace: string;
  readonly watchers: Watchers;
  /** Looks at the Droplets of all fleets. */
  readonly poller: DropletPoller;
  /** By the tag, the numbers of the images that this process has given it: lists may not know them yet. */
  readonly tagged: Map<string, Set<number>>;
  /** By the image's number, the marks of the state that stands for it, as far as the engine has told this process. */
  readonly standing: Map<string, StandingMarks>;
  /** By its URN, the lineage of a resource that exists, as its Diff in this process told: a replacement goes on with it. */
  readonly histories: Map<string, string>;
  /** By its URN, what a create of this process has made of a resource: the delete of what it replaces hands the kept versions over. */
  readonly created: Map<string, { readonly lineageTag: string; readonly retain: number }>;
  /** Names of the account's tags when they were first asked for; one listing a process. */
  tagNames(this: void, signal: AbortSignal): Promise<readonly string[]>;
  readonly sources: SourceAccess;
  /** The ids of the fleets that states know, as the engine has told this process. */
  readonly knownFleets: Set<string>;
  /** By the fleet's URN, how many Droplets its change needs beyond what it has, as previews of this process told. */
  readonly dropletDemands: Map<string, number>;
  /** How many Droplets the account has; one request a process, for previews. */
  dropletTotal(this: void, signal: AbortSignal): Promise<number>;
  /** The team that the token acts for; one request a process. */
  team(signal: AbortSignal): Promise<Team>;
}

export interface StandingMarks {
  readonly lineageTag?: string;
  readonly ownerTag?: string;
}

export interface Team {
  readonly uuid: string;
  readonly name: string;
}

export interface ContextArgs extends Pick<ProviderContext, "api" | "world" | "namespace"> {
  readonly spaces?: ConfiguredSpaces;
  /** Default: none, so that no local file can be read and nothing passes through Spaces. */
  readonly staging?: StagingWorld;
}

export function createContext({ api, world, namespace, spaces = {}, staging }: ContextArgs): ProviderContext {
  const dropletTotal = new SingleFlight((signal) => api.droplets.total(signal));
  const tagNames = new SingleFlight((signal) => api.tags.names(signal));
  return {
    api,
    world,
    namespace,
    watchers: new Watchers(api, world),
    poller: new DropletPoller(api, world),
    tagged: new Map(),
    standing: new Map(),
    histories: new Map(),
    created: new Map(),
    tagNames: (signal) => tagNames.get(signal),
    sources: createSourceAccess(world, spaces, staging),
    knownFleets: new Set(),
    dropletDemands: new Map(),
    dropletTotal: (signal) => dropletTotal.get(signal),
    async team(signal) {
      const { team, uuid } = await api.account(signal);
      return team === undefined ? { uuid, name: "the account's own" } : { uuid: team.uuid, name: team.name };
    },
  };
}
