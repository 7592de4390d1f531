import type {
  AccountWire,
  ActionWire,
  DropletWire,
  ImageChangesWire,
  ImageWire,
  KeyWire,
  LoadBalancerWire,
  NewDropletsWire,
  NewImageWire,
  RegionWire,
  ReservedIpWire,
  SizeWire,
  TaggedResourceWire,
  VpcWire,
} from "./wire";

/**
 * Who waits for a read: `foreground` (the default) is a step of someone's operation, `background` a poll that gives way to everything
 * else and slows down as the rate limit is used up. Writes are always `foreground`.
 */
export type Priority = "foreground" | "background";

/**
 * DigitalOcean's API as the rest of the provider sees it. Every call takes an abort signal, shares one rate budget, and rejects with an
 * `ApiError` (an answer that says no) or a `NetworkError` (no answer arrived; a POST may or may not have taken effect).
 * A missing thing is `undefined` to a get and success to a delete.
 */
export interface Api {
  readonly images: ImagesApi;
  readonly droplets: DropletsApi;
  readonly tags: TagsApi;
  readonly actions: ActionsApi;
  readonly loadBalancers: LoadBalancersApi;
  readonly projects: ProjectsApi;
  readonly reservedIps: ReservedIpsApi;
  /** `GET /v2/account`; one request a process, shared. */
  account(signal: AbortSignal): Promise<AccountWire>;
  /** The account's SSH keys; one list a process, shared: more than ten a minute are refused. */
  keys(signal: AbortSignal): Promise<readonly KeyWire[]>;
  /** Whether the account has the SSH key of this id or fingerprint. */
  hasKey(reference: string, signal: AbortSignal): Promise<boolean>;
  vpc(uuid: string, signal: AbortSignal): Promise<VpcWire | undefined>;
  /** All regions by slug; one request a process, shared. */
  regions(signal: AbortSignal): Promise<ReadonlyMap<string, RegionWire>>;
  /** All sizes by slug; one request a process, shared. */
  sizes(signal: AbortSignal): Promise<ReadonlyMap<string, SizeWire>>;
  /** How many requests this process has sent. */
  requests(): number;
}

/**
 * Looks for what a POST would have made. Where the answer leaves open whether it was (a 5xx, or none), this is asked for some 30 s before the
 * POST is sent again, and what it finds is the answer.
 */
export type Find<T> = (signal: AbortSignal) => Promise<T | undefined>;

export interface ImagesApi {
  /** `POST /v2/images`. */
  create(image: NewImageWire, find: Find<ImageWire>, signal: AbortSignal): Promise<ImageWire>;
  /** The image, with status `deleted` for a failed import; undefined where the answer is 404. */
  get(id: string, signal: AbortSignal, priority?: Priority): Promise<ImageWire | undefined>;
  /** This account's own images that carry the tag and are not deleted. */
  listByTag(tag: string, signal: AbortSignal, priority?: Priority): Promise<readonly ImageWire[]>;
  /** All of this account's own images that are not deleted, every page. */
  list(signal: AbortSignal): Promise<readonly ImageWire[]>;
  update(id: string, changes: ImageChangesWire, signal: AbortSignal): Promise<ImageWire>;
  /** 204, 404 and the 422 "already deleted" are all success. */
  delete(id: string, signal: AbortSignal): Promise<void>;
  /** `POST /v2/images/{id}/actions` with `type: transfer`. */
  transfer(id: string, region: string, find: Find<ActionWire>, signal: AbortSignal): Promise<ActionWire>;
  /** All actions of the image, newest first, every page. */
  actions(id: string, signal: AbortSignal, priority?: Priority): Promise<readonly ActionWire[]>;
}

export interface DropletsApi {
  /** `POST /v2/droplets` with `names`, at most 10; never repeated by itself. */
  create(droplets: NewDropletsWire, signal: AbortSignal): Promise<readonly DropletWire[]>;
  get(id: string, signal: AbortSignal, priority?: Priority): Promise<DropletWire | undefined>;
  /** Every Droplet that carries the tag, every page. */
  listByTag(tag: string, signal: AbortSignal, priority?: Priority): Promise<readonly DropletWire[]>;
  /** Every Droplet of the account, every page: the API knows no filter by image. */
  list(signal: AbortSignal): Promise<readonly DropletWire[]>;
  /** 204 and 404 are success; whether the service knew it. */
  delete(id: string, signal: AbortSignal): Promise<boolean>;
  /** How many Droplets the account has. */
  total(signal: AbortSignal): Promise<number>;
  /** `DELETE /v2/droplets?tag_name=`: all that carry the tag. */
  deleteByTag(tag: string, signal: AbortSignal): Promise<void>;
  shutdown(id: string, signal: AbortSignal): Promise<ActionWire>;
  /** Shuts down all that carry the tag, in one request. */
  shutdownByTag(tag: string, signal: AbortSignal): Promise<void>;
  /** Puts the image on the Droplet in place of what is there; it keeps its number, addresses and tags. */
  rebuild(id: string, image: string, signal: AbortSignal): Promise<ActionWire>;
  powerOff(id: string, signal: AbortSignal): Promise<ActionWire>;
  /** `POST /v2/droplets/{id}/actions` with this type and nothing else. */
  act(id: string, type: "enable_backups" | "disable_backups", signal: AbortSignal): Promise<ActionWire>;
}

export interface TagsApi {
  /** Tags the resources, creating the tag where it does not exist; one request for all of them where it does. */
  add(tag: string, resources: readonly TaggedResourceWire[], signal: AbortSignal): Promise<void>;
  /** The same for a tag that hardly exists yet: two requests. */
  make(tag: string, resources: readonly TaggedResourceWire[], signal: AbortSignal): Promise<void>;
  /** Creates the tag, on nothing; one that exists is success. */
  create(tag: string, signal: AbortSignal): Promise<void>;
  exists(tag: string, signal: AbortSignal): Promise<boolean>;
  /** Names of all the account's tags. */
  names(signal: AbortSignal): Promise<readonly string[]>;
  /** Untags the resources; one that does not exist, or a tag that does not, is success. */
  remove(tag: string, resources: readonly TaggedResourceWire[], signal: AbortSignal): Promise<void>;
  /** Deletes the tag itself, and so takes it off everything; a missing tag is success. */
  delete(tag: string, signal: AbortSignal): Promise<void>;
}

/** Actions in one answer. */
export const actionsPage = 200;

export interface ActionsApi {
  /** The newest actions of the account, at most 200 (one request); the older ones by further pages. */
  recent(signal: AbortSignal, priority?: Priority, page?: number): Promise<readonly ActionWire[]>;
}

export interface HealthCheck {
  /** Milliseconds since the epoch, in whole seconds. */
  readonly at: number;
  readonly isHealthy: boolean;
}

export interface LoadBalancersApi {
  get(id: string, signal: AbortSignal): Promise<LoadBalancerWire | undefined>;
  /**
   * By the Droplet's number, what the load balancer's last check between two times (milliseconds since the epoch) said. What it has no word
   * of is left out. In the background.
   */
  health(id: string, since: number, until: number, signal: AbortSignal): Promise<ReadonlyMap<string, HealthCheck>>;
}

export interface ProjectsApi {
  exists(id: string, signal: AbortSignal): Promise<boolean>;
  /** URNs of all that is in the project, every page. */
  urns(id: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Puts resources into the project, and so takes them out of any other. */
  assign(id: string, urns: readonly string[], signal: AbortSignal): Promise<void>;
}

export interface ReservedIpsApi {
  /** All of the account, every page. */
  list(signal: AbortSignal, priority?: Priority): Promise<readonly ReservedIpWire[]>;
  /** Leads the address to a Droplet, wherever it led before; never repeated by itself. */
  assign(ip: string, droplet: string, signal: AbortSignal): Promise<void>;
  unassign(ip: string, signal: AbortSignal): Promise<void>;
}
