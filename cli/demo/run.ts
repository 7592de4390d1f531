import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { hasSpacesGateway, startSpacesGateway } from "../../local/spacesGateway";
import { openWorkspace, type Workspace } from "../../local/workspace";
import { durations, requestsOf, startCloud, stopCloud, type Cloud } from "./cloud";
import { serveImages, type ServedImage } from "./images";
import { interruption } from "./interruption";
import { backendFolder, demoFolder, isKept, keep } from "./kept";
import { throwawayPublicKey } from "./sshKey";
import { DevStack } from "./stack";
import { summary, type Phase } from "./summary";

const dropletsAFleet = 3;
/** A gate is passed by two answers, 2 s apart: the defaults of `DropletFleet`. */
const gateSeconds = 2;

/**
 * `demo`: version 1 is imported from its URL, copied and started, version 2 rolled out from a local file, a third `up` finds nothing to
 * do, and version 1 is taken back; then a summary, and the end of everything, unless it is to be kept.
 */
export async function runDemo({ keep: toKeep }: { readonly keep: boolean }): Promise<void> {
  if (isKept()) throw new Error("A demo is still up: end it with `npm run demo -- --stop` first.");
  await rm(demoFolder, { recursive: true, force: true });
  await mkdir(demoFolder, { recursive: true });
  const say = (line: string) => process.stdout.write(`${line}\n`);

  const workspace = await openWorkspace({ log: say, backend: backendFolder });
  const spaces = await (hasSpacesGateway() ? startSpacesGateway() : undefined);
  const server = await serveImages(demoFolder);
  const cloud = await startCloud(workspace.root, path.join(demoFolder, "emulator.log"));
  const interrupted = interruption();
  let kept = false;
  try {
    say(`images: ${server.images.map(({ version, madeBy }) => `${version} by ${madeBy}`).join(", ")}`);
    say(`emulator: ${cloud.url}, import ${durations.import} s, copy ${durations.transfer} s, Droplet ${durations.droplet} s`);
    say(
      spaces === undefined
        ? "spaces: none, so version 2 comes from a URL too: no Ceph RADOS Gateway is installed (Debian: ceph-mon, ceph-osd, radosgw)"
        : `spaces: ${spaces.limited.endpoint}, a Ceph RADOS Gateway: version 2 is a local file that passes through it`,
    );
    const stack = new DevStack(workspace, cloud, demoFolder, interrupted, spaces?.limited);
    const phases = await allUps(stack, cloud, server.images, spaces !== undefined);
    say(summary(await stack.outputs(), phases));
    if (toKeep) {
      await keep(cloud);
      kept = true;
      say(howToLookAround(workspace, cloud, stack));
    } else {
      await stack.destroy();
    }
  } finally {
    server.close();
    spaces?.stop();
    if (!kept) {
      await stopCloud(cloud);
      await rm(demoFolder, { recursive: true, force: true });
    }
  }
}

async function allUps(
  stack: DevStack,
  cloud: Cloud,
  [first, second]: readonly [ServedImage, ServedImage],
  hasSpaces: boolean,
): Promise<Phase[]> {
  const arrival = [["import", durations.import] as const, ["slowest copy", durations.transfer] as const];
  const turns = [`${dropletsAFleet} Droplets and gates in turn`, dropletsAFleet * (durations.droplet + gateSeconds)] as const;
  const fromUrl = ({ url, sha256 }: ServedImage) => ({ imageUrl: url, imagePath: undefined, imageSha256: sha256 });
  const fromFile = ({ path: file, sha256 }: ServedImage) => ({ imageUrl: undefined, imagePath: file, imageSha256: sha256 });
  await stack.create();
  await stack.configure({ sshPublicKey: throwawayPublicKey() });

  return [
    await phase("version 1", [...arrival, ["Droplets", durations.droplet], ["gate", gateSeconds]], cloud, async () => {
      await stack.configure(fromUrl(first));
      await stack.up();
    }),
    await phase("version 2", [...arrival, turns], cloud, async () => {
      await stack.configure(hasSpaces ? fromFile(second) : fromUrl(second));
      await stack.up();
    }),
    await phase("no change", [], cloud, () => stack.up("--expect-no-changes")),
    await phase("back to version 1", [turns], cloud, async () => {
      await stack.configure(fromUrl(first));
      await stack.up();
    }),
  ];
}

async function phase(name: string, criticalPath: Phase["criticalPath"], cloud: Cloud, work: () => Promise<void>): Promise<Phase> {
  process.stdout.write(`\n== ${name} ==\n`);
  const before = (await requestsOf(cloud)).length;
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  return { name, seconds, criticalPath, requests: (await requestsOf(cloud)).slice(before) };
}

function howToLookAround(workspace: Workspace, cloud: Cloud, stack: DevStack): string {
  const exported = Object.entries({ ...workspace.env, DIGITALOCEAN_TOKEN: cloud.token, DIGITALOCEAN_API_URL: cloud.url });
  return [
    "Everything is still up. To look around:",
    ...exported.map(([name, value]) => `  export ${name}='${value}'`),
    `  pulumi stack --stack dev --config-file ${stack.configFile}`,
    `  curl -H "Authorization: Bearer $DIGITALOCEAN_TOKEN" $DIGITALOCEAN_API_URL/v2/droplets`,
    `  curl ${cloud.control}/requests`,
    "To end it:",
    "  npm run demo -- --stop",
  ].join("\n");
}
