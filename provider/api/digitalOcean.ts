import { SingleFlight } from "../waiting/singleFlight";
import type { World } from "../world";
import { actionsApi } from "./actions";
import type { Api } from "./api";
import { Client } from "./client";
import { dropletsApi } from "./droplets";
import { endpointFault } from "./endpoint";
import { imagesApi } from "./images";
import { loadBalancersApi } from "./loadBalancers";
import { path } from "./paths";
import { projectsApi } from "./projects";
import { reservedIpsApi } from "./reservedIps";
import { sharedBudget } from "./sharedBudget";
import { tagsApi } from "./tags";
import type { AccountWire, KeyWire, RegionWire, SizeWire, VpcWire } from "./wire";

export interface ApiSettings {
  readonly token: string;
  /** `https://…`, or `http://…` on loopback; `defaultEndpoint` is DigitalOcean's own. */
  readonly endpoint: string;
  readonly world: World;
  /** Default: `imagefleet`. */
  readonly userAgent?: string;
}

/** The API at an endpoint. Throws one finished sentence where token or endpoint can't be used; sends nothing yet. */
export function createApi({ token, endpoint, world, userAgent = "imagefleet" }: ApiSettings): Api {
  const fault = endpointFault(endpoint);
  if (fault !== undefined) throw new Error(`\`apiEndpoint\` ${fault}.`);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error("`token` must be one word without spaces or line breaks, as DigitalOcean shows it: copy it again.");
  }
  const base = new URL(endpoint).href.replace(/\/+$/, "");
  const client = new Client({ token, endpoint: base, world, userAgent, budget: sharedBudget(token, base, world) });
  const account = new SingleFlight(
    async (signal) => (await client.read({ method: "GET", path: "/v2/account" }, "account", signal)) as AccountWire,
  );
  const keys = new SingleFlight(async (signal) => (await client.list("/v2/account/keys", {}, "ssh_keys", signal)) as KeyWire[]);
  const regions = new SingleFlight(async (signal) => bySlug((await client.list("/v2/regions", {}, "regions", signal)) as RegionWire[]));
  const sizes = new SingleFlight(async (signal) => bySlug((await client.list("/v2/sizes", {}, "sizes", signal)) as SizeWire[]));
  return {
    images: imagesApi(client),
    droplets: dropletsApi(client),
    tags: tagsApi(client),
    actions: actionsApi(client),
    loadBalancers: loadBalancersApi(client),
    projects: projectsApi(client),
    reservedIps: reservedIpsApi(client),
    account: (signal) => account.get(signal),
    keys: (signal) => keys.get(signal),
    hasKey: async (reference, signal) => (await client.find(path`/v2/account/keys/${reference}`, "ssh_key", signal)) !== undefined,
    vpc: async (uuid, signal) => (await client.find(path`/v2/vpcs/${uuid}`, "vpc", signal)) as VpcWire | undefined,
    regions: (signal) => regions.get(signal),
    sizes: (signal) => sizes.get(signal),
    requests: () => client.sent,
  };
}

function bySlug<T extends { readonly slug: string }>(things: readonly T[]): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [thing.slug, thing]));
}
