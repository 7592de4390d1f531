import type { Account } from "./account";

interface SizeWire {
  readonly slug: string;
  readonly price_hourly: number;
  readonly available: boolean;
  readonly regions: readonly string[];
}

/** What a run would use, and what that costs at most. */
export interface Preparation {
  readonly team: string;
  readonly size: string;
  readonly price: string;
}

/** A run has as many at once; each is billed for an hour at most. */
const mostDroplets = 3;
const mostImages = 8;
/** The smallest amount that is billed for an image. */
const imageDollars = 0.001;

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
  const dollars = mostDroplets * size.price_hourly + mostImages * imageDollars;
  return { team: name, size: size.slug, price: `$${(Math.ceil(dollars * 100) / 100).toFixed(2)}` };
}
