import { imageGigabytePrice } from "../imagePrice";
import type { Account } from "./account";

interface SizeWire {
  readonly slug: string;
  readonly price_hourly: number;
  readonly available: boolean;
  readonly regions: readonly string[];
}

/** What a run would use, and what that costs. */
export interface Preparation {
  readonly team: string;
  readonly size: string;
  /** At most, where DigitalOcean refuses what it should. */
  readonly price: string;
  /** Of a Droplet that it makes instead. */
  readonly dropletPrice: string;
}

/** A Droplet, a snapshot and a load balancer are made once, and removed within an hour. */
const mostHours = 1;
/** The least that a Droplet costs since 2026: https://docs.digitalocean.com/products/droplets/details/pricing */
const leastDropletDollars = 0.01;
/** The least that a snapshot costs: https://docs.digitalocean.com/products/snapshots/details/pricing */
const snapshotDollars = 0.01;
/** US dollars a month of a load balancer of one node: https://docs.digitalocean.com/products/networking/load-balancers/details/pricing */
const loadBalancerMonth = 12;
/** Each of a gigabyte at most. */
const mostImages = 9;
/** What DigitalOcean divides a month's price by. */
const hoursOfMonth = 672;

/** Refuses where the run could meet somebody else's Droplets, and says what it costs. Makes nothing. */
export async function prepare(account: Account, region: string, team: string | undefined): Promise<Preparation> {
  const { status, body } = await account.ask("GET", "/v2/account");
  if (status !== 200) throw new Error(`GET /v2/account was answered ${status}: ${String(body?.["message"])}`);
  const { name = "" } = (body?.["account"] as { readonly team?: { readonly name?: string } }).team ?? {};
  const droplets = await account.list("/v2/droplets", "droplets");
  if (team !== undefined && team !== name)
    throw new Error(`\`--team\` must be the team of the token, which is \`${name}\`, got \`${team}\`.`);
  if (droplets.length > 0 && team === undefined) {
    throw new Error(
      `The team \`${name}\` has ${droplets.length} Droplets: say \`--team '${name}'\` if the run may make its own beside them.`,
    );
  }
  const sizes = await account.list<SizeWire>("/v2/sizes", "sizes");
  const [size] = sizes.filter((one) => one.available && one.regions.includes(region)).sort((a, b) => a.price_hourly - b.price_hourly);
  if (size === undefined) throw new Error(`\`--region\` must be a region in which a Droplet can be made, got \`${region}\`.`);
  const droplet = Math.max(leastDropletDollars, mostHours * size.price_hourly);
  const byTheMonth = (mostHours / hoursOfMonth) * (loadBalancerMonth + mostImages * imageGigabytePrice);
  const price = inDollars(droplet + snapshotDollars + byTheMonth);
  return { team: name, size: size.slug, price, dropletPrice: inDollars(droplet) };
}

/** Rounded up to a cent. */
function inDollars(amount: number): string {
  return `$${(Math.ceil(amount * 100) / 100).toFixed(2)}`;
}
