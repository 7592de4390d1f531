import type { Account } from "./account";
import type { Journal, JournalEntry } from "./journal";

type Kind = JournalEntry["kind"];

/** Something of an account, as its list shows it. */
interface Listed {
  readonly id?: number | string;
  readonly name?: string;
  readonly ip?: string;
  readonly droplet?: { readonly id: number } | null;
}

/** What is looked for in one of the account's lists. */
interface Search {
  readonly kinds: readonly Kind[];
  readonly path: string;
  /** The key around the items in the list's answer. */
  readonly key: string;
  /** The item's field by which it is deleted. Default: `id`. */
  readonly by?: "name" | "ip";
  readonly isOfRun: (item: Listed, run: string, known: Known) => boolean;
}

/** What is known of a run beside its name. */
interface Known {
  /** Addresses that were made, as the journal says. */
  readonly addresses: readonly string[];
  /** Ids of the Droplets and images that carry the run's tag. */
  readonly droplets: ReadonlySet<number | string>;
  readonly images: ReadonlySet<number | string>;
}

const leadsTo = (droplets: Known["droplets"], droplet: Listed["droplet"]): boolean => droplets.has(droplet?.id ?? 0);
const isNamed = ({ name = "" }: Listed, run: string): boolean => name.toLowerCase().includes(run);

/** In the order in which they are removed: a VPC and a project go once they are empty. */
const searches: readonly Search[] = [
  {
    ...{ kinds: ["reservedIp"], path: "/v2/reserved_ips", key: "reserved_ips", by: "ip" },
    isOfRun: ({ ip = "", droplet }, _, { addresses, droplets }) => addresses.includes(ip) || leadsTo(droplets, droplet),
  },
  { kinds: ["loadBalancer"], path: "/v2/load_balancers", key: "load_balancers", isOfRun: isNamed },
  { kinds: ["droplet"], path: "/v2/droplets", key: "droplets", isOfRun: ({ id = 0 }, _, { droplets }) => droplets.has(id) },
  {
    ...{ kinds: ["image", "droplet"], path: "/v2/images?private=true", key: "images" },
    isOfRun: ({ id = 0, name }, run, { images }) => images.has(id) || name === run,
  },
  { kinds: ["key"], path: "/v2/account/keys", key: "ssh_keys", isOfRun: isNamed },
  { kinds: ["firewall"], path: "/v2/firewalls", key: "firewalls", isOfRun: isNamed },
  { kinds: ["domain"], path: "/v2/domains", key: "domains", by: "name", isOfRun: isNamed },
  { kinds: ["certificate"], path: "/v2/certificates", key: "certificates", isOfRun: isNamed },
  { kinds: ["project"], path: "/v2/projects", key: "projects", isOfRun: isNamed },
  { kinds: ["vpc"], path: "/v2/vpcs", key: "vpcs", isOfRun: isNamed },
  { kinds: ["tag", "droplet", "image"], path: "/v2/tags", key: "tags", by: "name", isOfRun: isNamed },
];

const looks = 60;
/** So long an address that was asked for may take to lead to its Droplet. */
const assignLooks = 30;
/** Lists may lag behind what was made last: so many looks in a row must find nothing. */
const quietLooks = 3;

/** Removes all that the runs of a journal made, and forgets them; what can't be removed stays in the journal. */
export async function cleanUp(account: Account, journal: Journal, lookSeconds: number): Promise<void> {
  const entries = journal.read();
  const pause = () => account.clock.sleep(lookSeconds * 1_000, account.signal);
  for (const run of new Set(entries.map((entry) => entry.run))) {
    const own = entries.filter((entry) => entry.run === run);
    await awaitLostAddress(account, run, own, pause);
    for (let quiet = 0; quiet < quietLooks;) {
      quiet = (await cleanUpRun(account, run, own, pause)) === 0 ? quiet + 1 : 0;
      if (quiet < quietLooks) await pause();
    }
  }
  journal.forget();
}

/** An address whose answer never came is known by the run's Droplet alone, once it leads there: until then that Droplet has to stay. */
async function awaitLostAddress(
  account: Account,
  run: string,
  entries: readonly JournalEntry[],
  pause: () => Promise<void>,
): Promise<void> {
  const posts = entries.filter(({ kind }) => kind === "reservedIp");
  if (posts.filter(({ id }) => id === undefined).length === posts.filter(({ id }) => id !== undefined).length) return;
  for (let look = 0; look < assignLooks; look += 1) {
    const droplets = await tagged(account, run, "droplets");
    const reserved = await account.list<Listed>("/v2/reserved_ips", "reserved_ips");
    if (droplets.size === 0 || reserved.some(({ droplet }) => leadsTo(droplets, droplet))) return;
    await pause();
  }
}

async function tagged(account: Account, run: string, kind: "droplets" | "images"): Promise<ReadonlySet<number | string>> {
  return new Set((await account.list<Listed>(`/v2/${kind}?tag_name=${run}`, kind)).flatMap(({ id }) => id ?? []));
}

/** One look for what a run made; resolves to how much of it was there. Lists of what it never made are not asked for. */
async function cleanUpRun(account: Account, run: string, entries: readonly JournalEntry[], pause: () => Promise<void>): Promise<number> {
  const made = new Set(entries.map(({ kind }) => kind));
  const addresses = entries.flatMap(({ kind, id }) => (kind === "reservedIp" && id !== undefined ? [id] : []));
  const known = { addresses, droplets: await tagged(account, run, "droplets"), images: await tagged(account, run, "images") };
  let removed = 0;
  for (const { path, key, by = "id", isOfRun } of searches.filter(({ kinds }) => kinds.some((kind) => made.has(kind)))) {
    const found = (await account.list<Listed>(path, key)).filter((item) => isOfRun(item, run, known));
    for (const item of found) {
      if (await isRemoved(account, `${path.replace(/\?.*/, "")}/${item[by] ?? ""}`, pause)) removed += 1;
    }
  }
  return removed;
}

/** Asks until it is gone: what has a pending event, or isn't empty yet, refuses for a while. Resolves to whether it was there. */
async function isRemoved(account: Account, path: string, pause: () => Promise<void>): Promise<boolean> {
  for (let look = 0; ; look += 1) {
    const { status, body } = await account.ask("DELETE", path);
    const message = String(body?.["message"]);
    if (status === 204 || status === 404 || message.includes("already deleted")) return status === 204;
    if (look === looks)
      throw new Error(`DELETE ${path} was answered ${status}: ${message}. Remove it by hand, or run \`contract --clean-up\` later.`);
    await pause();
  }
}
