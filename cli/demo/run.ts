import { mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { hasSpacesGateway, startSpacesGateway, type SpacesGateway } from "../../local/spacesGateway";
import { openWorkspace, type Workspace } from "../../local/workspace";
import { durations, requestsOf, startCloud, type Cloud } from "./cloud";
import { withImages, type Images, type ServedImage } from "./images";
import { interruption } from "./interruption";
import { backendOf, demosFolder, gatewayOf, inRunFolder, keep } from "./runFolder";
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
  const interrupted = interruption();
  await inRunFolder(demosFolder, async (folder) => {
    const workspace = await openWorkspace({ log: say, backend: backendOf(folder) });
    await withImages(folder, async (images) => {
      interrupted.signal.throwIfAborted();
      const spaces = await (hasSpacesGateway() ? startGateway(folder) : undefined);
      const cloud = await startCloud(workspace.root, folder);
      describeParts(images, cloud, spaces);
      const stack = new DevStack(workspace, cloud, folder, interrupted, spaces?.limited);
      const phases = await allUps(stack, cloud, images, spaces !== undefined);
      say(summary(await stack.outputs(), phases));
      if (!toKeep) return stack.destroy();
      await keep(folder);
      spaces?.stop();
      say(howToLookAround(workspace, cloud, stack));
    });
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The gateway works in a folder of its own, which is written down before it starts. */
async function startGateway(folder: string): Promise<SpacesGateway> {
  const own = await mkdtemp(path.join(tmpdir(), "spaces-"));
  await symlink(own, gatewayOf(folder));
  return startSpacesGateway({ folder: own });
}

function describeParts(images: Images, cloud: Cloud, spaces: SpacesGateway | undefined): void {
  say(`images: ${images.map(({ version, madeBy }) => `${version} by ${madeBy}`).join(", ")}`);
  say(`emulator: ${cloud.url}, import ${durations.import} s, copy ${durations.transfer} s, Droplet ${durations.droplet} s`);
  say(
    spaces === undefined
      ? "spaces: none, so version 2 comes from a URL too: no Ceph RADOS Gateway is installed (Debian: ceph-mon, ceph-osd, radosgw)"
      : `spaces: ${spaces.limited.endpoint}, a Ceph RADOS Gateway: version 2 is a local file that passes through it`,
  );
}

async function allUps(stack: DevStack, cloud: Cloud, [first, second]: Images, hasSpaces: boolean): Promise<Phase[]> {
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
