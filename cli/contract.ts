import { Command, InvalidArgumentError } from "commander";
import { steadyClock as clock } from "../provider/steadyClock";
import { isConfirmed } from "./confirm";
import type { Finding } from "./contract/claim";

interface Flags {
  readonly endpoint: string;
  readonly region: string;
  readonly otherRegion: string;
  readonly imageUrl: string;
  readonly imagePort: number;
  readonly redirectUrl?: string;
  readonly getOnlyUrl?: string;
  readonly journal: string;
  readonly team?: string;
  readonly only?: readonly string[];
  readonly yes?: true;
  readonly json?: true;
  readonly cleanUp?: true;
}

const smallImage = "https://download.cirros-cloud.net/0.6.3/cirros-0.6.3-x86_64-disk.img";
const lookSeconds = 2;

/** `imagefleet contract`: what imagefleet assumes of DigitalOcean's API, played against an account. Ends with 1 where something differs. */
export function contractCommand(): Command {
  return new Command("contract")
    .description(
      "Play what imagefleet assumes of DigitalOcean's API against an account, claim by claim, and remove all that was made for it. Says its price first.",
    )
    .option("--endpoint <url>", "the API", process.env["DIGITALOCEAN_API_URL"] ?? "https://api.digitalocean.com")
    .option("--region <slug>", "where images and Droplets are made", "nyc3")
    .option("--other-region <slug>", "where an image is copied to", "ams3")
    .option("--image-url <url>", "a small disk image that DigitalOcean can fetch", smallImage)
    .option("--image-port <number>", "a TCP port on which its Droplets answer", portOf, 22)
    .option("--redirect-url <url>", "an address that redirects to such an image")
    .option("--get-only-url <url>", "an address of such an image whose host refuses HEAD, such as one that is signed for GET")
    .option("--team <name>", "the team of the token; needed where it has Droplets")
    .option("--journal <file>", "what is made is written down here first", "imagefleet-contract.journal")
    .option("--only <id...>", "play these claims alone")
    .option("--clean-up", "remove what a run left that was killed, and play nothing")
    .option("--yes", "don't ask before something is spent")
    .option("--json", "print one JSON object")
    .action(runContract);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError("It must be a port from 1 to 65535.");
  return port;
}

async function runContract(flags: Flags): Promise<void> {
  const { isLoopback } = await import("../provider/rules/loopback.js");
  const { honourProxies } = await import("../provider/honourProxies.js");
  const { Journal } = await import("./contract/journal.js");
  const { cleanUp } = await import("./contract/cleanUp.js");
  const { Account } = await import("./contract/account.js");
  const token = process.env["DIGITALOCEAN_TOKEN"] ?? process.env["DIGITALOCEAN_ACCESS_TOKEN"];
  if (token === undefined || token === "") throw new Error("Set `DIGITALOCEAN_TOKEN` to an API token.");
  const { protocol, hostname, origin } = new URL(flags.endpoint);
  if (protocol !== "https:" && !isLoopback(hostname)) throw new Error("`--endpoint` must be an https URL, or one of this machine.");
  honourProxies(process.env);

  const interruption = new AbortController();
  const account = new Account({ endpoint: origin, token, clock, signal: interruption.signal });
  const journal = new Journal(flags.journal);
  const removeAll = () => cleanUp(account.with(new AbortController().signal), journal, lookSeconds);
  if (flags.cleanUp === true) return removeAll();
  if (journal.read().length > 0) throw new Error(`${flags.journal} tells of a run that was killed: run \`contract --clean-up\` first.`);

  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interruption.abort(new Error("The run was interrupted.")));
  const findings = await playAll(flags, account, journal).finally(removeAll);
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ endpoint: origin, findings }, null, 2)}\n`);
  if (findings.some(({ verdict }) => verdict === "differs")) process.exitCode = 1;
}

type Parts = readonly [import("./contract/account").Account, import("./contract/journal").Journal];

async function playAll(flags: Flags, ...[account, journal]: Parts): Promise<readonly Finding[]> {
  const { randomBytes } = await import("node:crypto");
  const { claims, playContract } = await import("./contract/playContract.js");
  const { prepare } = await import("./contract/preparation.js");
  const { Stage } = await import("./contract/stage.js");
  const { throwawayPublicKey } = await import("./demo/sshKey.js");
  const unknown = flags.only?.find((id) => !claims.some((claim) => claim.id === id));
  if (unknown !== undefined)
    throw new Error(`\`--only\` must be ids of claims, which are ${claims.map(({ id }) => id).join(", ")}, got ${unknown}.`);
  const say = (line: string) => void (flags.json === true ? process.stderr : process.stdout).write(`${line}\n`);

  const { team, size, price, dropletPrice } = await prepare(account, flags.region, flags.team);
  say(`Team ${team}: some small images, a Droplet (${size}), its snapshot and a load balancer, for minutes, all removed at the end.`);
  say("Beside them a VPC, firewalls, projects and domains, which are free.");
  say(
    `That costs ${price} at most, and ${dropletPrice} more for each of three Droplets that DigitalOcean should refuse, where it doesn't.`,
  );
  if (flags.yes !== true && !(await isConfirmed("Go on?", process.stderr))) throw new Error("Nothing was made.");
  const run = `imagefleet-contract-${randomBytes(4).toString("hex")}`;
  const { region, otherRegion, imageUrl, imagePort, redirectUrl, getOnlyUrl } = flags;
  const publicKey = throwawayPublicKey();
  const source = { imageUrl, imagePort, redirectUrl, getOnlyUrl };
  const stage = new Stage({ account, journal, run, region, otherRegion, size, ...source, publicKey, lookSeconds });
  const played = claims.filter(({ id }) => flags.only?.includes(id) ?? true);
  const findings = await playContract(stage, played, account.signal, (finding) => say(line(finding)));
  const count = (verdict: Finding["verdict"]) => findings.filter((finding) => finding.verdict === verdict).length;
  say(`${count("holds")} hold, ${count("differs")} differ, ${count("could not tell")} could not tell.`);
  return findings;
}

function line({ id, claim, verdict, evidence, switch: decided }: Finding): string {
  const by = verdict === "differs" && decided !== undefined ? ` (the emulator's \`${decided}\`)` : "";
  return `${verdict.padEnd(14)}  ${id.padEnd(22)}  ${claim}${by} Seen: ${evidence}`;
}
