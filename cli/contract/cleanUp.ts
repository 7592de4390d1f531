import type { Account } from "./account";
import type { Journal } from "./journal";

interface Named {
  readonly id: number;
  readonly name: string;
}

const looks = 60;
/** Lists may lag behind what was made last: so many looks in a row must find nothing. */
const quietLooks = 3;

/** Removes all that the runs of a journal made, and forgets them; what can't be removed stays in the journal. */
export async function cleanUp(account: Account, journal: Journal, lookSeconds: number): Promise<void> {
  const entries = journal.read();
  const addresses = entries.flatMap(({ kind, id }) => (kind === "reservedIp" && id !== undefined ? [id] : []));
  for (const run of new Set(entries.map((entry) => entry.run))) {
    for (let quiet = 0; quiet < quietLooks;) {
      quiet = (await cleanUpRun(account, run, addresses, lookSeconds)) === 0 ? quiet + 1 : 0;
      if (quiet < quietLooks) await account.clock.sleep(lookSeconds * 1_000, account.signal);
    }
  }
  journal.forget();
}

/** One look for what a run made; resolves to how much of it was there. */
async function cleanUpRun(account: Account, run: string, addresses: readonly string[], lookSeconds: number): Promise<number> {
  let removed = 0;
  const remove = async (path: string, pause: () => Promise<void>): Promise<void> => {
    if (await isRemoved(account, path, pause)) removed += 1;
  };
  const droplets = () => account.list<Named>(`/v2/droplets?tag_name=${run}`, "droplets");
  const pause = () => account.clock.sleep(lookSeconds * 1_000, account.signal);

  // One that was made on the run's own Droplet, and whose answer never came, is known by that Droplet.
  const ids = new Set((await droplets()).map(({ id }) => id));
  const reserved = await account.list<{ readonly ip: string; readonly droplet: Named | null }>("/v2/reserved_ips", "reserved_ips");
  for (const { ip } of reserved.filter(({ ip, droplet }) => addresses.includes(ip) || ids.has(droplet?.id ?? 0))) {
    await remove(`/v2/reserved_ips/${ip}`, pause);
  }
  for (const { id } of await droplets()) await remove(`/v2/droplets/${id}`, pause);
  const images = await account.list<Named>("/v2/images?private=true", "images");
  const tagged = new Set((await account.list<Named>(`/v2/images?tag_name=${run}`, "images")).map(({ id }) => id));
  for (const { id } of images.filter((image) => tagged.has(image.id) || image.name === run)) await remove(`/v2/images/${id}`, pause);
  const keys = await account.list<Named>("/v2/account/keys", "ssh_keys");
  for (const { id } of keys.filter(({ name }) => name === run)) await remove(`/v2/account/keys/${id}`, pause);
  const tags = await account.list<Pick<Named, "name">>("/v2/tags", "tags");
  for (const { name } of tags.filter((tag) => tag.name.toLowerCase().startsWith(run))) await remove(`/v2/tags/${name}`, pause);
  return removed;
}

/** Asks until it is gone: what has a pending event refuses for a while. Resolves to whether it was there. */
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
