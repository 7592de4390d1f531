import { Command } from "commander";
import { honourProxies } from "../provider/honourProxies";
import { imagefleet } from "../provider/imagefleet";
import { defaultEndpoint } from "../provider/api/endpoint";
import { nodeProbe } from "../provider/nodeProbe";
import type { ProviderContext } from "../provider/providerContext";
import { asServed } from "../provider/source/bytes/asServed";
import { steadyClock } from "../provider/steadyClock";
import { isConfirmed } from "./confirm";
import { deleteUnowned, release } from "./images/cleanUp";
import { inventoryOf, ownersCalled, type Entry } from "./images/inventory";

interface Flags {
  readonly json?: boolean;
  readonly release?: string;
  readonly deleteUnowned?: boolean;
  readonly yes?: boolean;
}

/** `imagefleet images`: the account's images by history, who owns them, and what is left over. */
export function imagesCommand(): Command {
  return new Command("images")
    .description(
      "List the account's images that imagefleet made: their regions, owners, Droplets and price. Token and endpoint come from DIGITALOCEAN_TOKEN " +
        "(else DIGITALOCEAN_ACCESS_TOKEN) and DIGITALOCEAN_API_URL.",
    )
    .option("--json", "print one JSON object")
    .option("--release <stack/resource>", "take the marks of a state that was lost off its images")
    .option("--delete-unowned", "delete the images that nobody owns, keeps, imports or runs")
    .option("--yes", "don't ask before something is released or deleted")
    .action(async (flags: Flags) => {
      honourProxies(process.env);
      const [context, { signal }] = [contextOf(process.env), new AbortController()];
      if (flags.release !== undefined) await releaseCalled(flags.release, flags, context, signal);
      if (flags.deleteUnowned === true) await deleteAll(flags, context, signal);
      if (flags.release !== undefined || flags.deleteUnowned === true) return;
      const entries = await entriesOf(context, signal);
      process.stdout.write(flags.json === true ? `${JSON.stringify({ images: entries }, null, 2)}\n` : imagesTable(entries));
    });
}

async function releaseCalled(name: string, flags: Flags, context: ProviderContext, signal: AbortSignal): Promise<void> {
  const found = ownersCalled(name, await entriesOf(context, signal));
  for (const { entry, owner } of found) say(`Image ${entry.id} (${entry.name}) belongs to ${owner.name ?? name}.`);
  say("A state that still stands would lose its image at the next clean-up: release only what no stack has any more.");
  if (!(await mayGoOn(`Release ${plural(found.length, "image")}?`, flags))) return;
  for (const one of found) await release(one, context, signal);
  say(`Released ${plural(found.length, "image")}.`);
}

async function deleteAll(flags: Flags, context: ProviderContext, signal: AbortSignal): Promise<void> {
  const unowned = (await entriesOf(context, signal)).filter((entry) => entry.unowned);
  if (unowned.length === 0) {
    say("No image is unowned.");
    return;
  }
  process.stdout.write(imagesTable(unowned));
  if (!(await mayGoOn(`Delete ${plural(unowned.length, "image")}?`, flags))) return;
  for (const entry of unowned) say(`Image ${entry.id} (${entry.name}) ${await outcomeOf(entry, context, signal)}.`);
}

async function outcomeOf(entry: Entry, context: ProviderContext, signal: AbortSignal): Promise<string> {
  return (await deleteUnowned(entry, context, signal)) === "deleted" ? "is deleted" : "stays: somebody has come to it meanwhile";
}

async function entriesOf({ api }: ProviderContext, signal: AbortSignal): Promise<readonly Entry[]> {
  return inventoryOf(...(await Promise.all([api.images.list(signal), api.droplets.list(signal)])));
}

/** The account as the provider would see it. */
function contextOf(environment: NodeJS.ProcessEnv): ProviderContext {
  const provider = imagefleet();
  const names = provider.environment;
  const first = (keys: readonly string[] = []): string | undefined => keys.map((key) => environment[key]).find((value) => value);
  const given = { token: first(names.token), apiEndpoint: first(names.apiEndpoint) ?? defaultEndpoint, namespace: "" };
  const [fault] = provider.checkConfiguration?.(given) ?? [];
  if (fault !== undefined) throw new Error(`\`${fault.property}\` ${fault.expectation}. ${fault.remedy ?? ""}`.trim());
  return provider.configure(given, { clock: steadyClock, random: () => Math.random(), send: asServed(globalThis), probe: nodeProbe });
}

async function mayGoOn(question: string, { yes = false }: Flags): Promise<boolean> {
  if (yes || (await isConfirmed(question, process.stdout))) return true;
  say("\nNothing was changed.");
  return false;
}

/** The images for a person: two lines each, a blank line between histories. */
export function imagesTable(entries: readonly Entry[]): string {
  if (entries.length === 0) return "There is no image of imagefleet's.\n";
  const price = entries.reduce((sum, { pricePerMonth = 0 }) => sum + pricePerMonth, 0);
  const lines = entries.flatMap((entry, index) => {
    const isNext = index > 0 && entries[index - 1]?.histories[0] !== entry.histories[0];
    return [...(isNext ? [""] : []), headOf(entry), `  ${factsOf(entry).join("; ")}`];
  });
  return `${[...lines, "", `${plural(entries.length, "image")}, ${price.toFixed(2)} USD a month`].join("\n")}\n`;
}

function headOf({ id, name, regions, digest }: Entry): string {
  return [`${id} ${name}`, regions.join(" "), ...(digest === undefined ? [] : [`sha256 ${digest.slice(0, 12)}`])].join("  ");
}

function factsOf({ owners, kept, begun, unowned, droplets, pricePerMonth, status }: Entry): readonly string[] {
  const names = owners.map(({ name }) => name ?? "a state of 0.1.0").join(", ");
  return [
    ...(names === "" ? [] : [`owned by ${names}`]),
    ...(kept ? ["kept as an earlier version"] : []),
    ...(begun ? [status === "available" ? "its create has not ended" : "being imported"] : []),
    ...(unowned ? ["unowned"] : []),
    ...(droplets === 0 ? [] : [`run by ${plural(droplets, "Droplet")}`]),
    ...(pricePerMonth === undefined ? [] : [`${pricePerMonth.toFixed(2)} USD a month`]),
  ];
}

function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
