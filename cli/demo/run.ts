import { mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { hasSpacesGateway, startSpacesGateway, type SpacesGateway } from "../../local/spacesGateway";
import { openWorkspace, type Workspace } from "../../local/workspace";
import { askDuring } from "./asking";
import { durations, requestsOf, startCloud, type Cloud } from "./cloud";
import { withImages, type Images, type ServedImage } from "./images";
import { interruption } from "./interruption";
import { backendOf, demosFolder, gatewayOf, inRunFolder, keep } from "./runFolder";
import { throwawayPublicKey } from "./sshKey";
import { DevStack } from "./stack";
import { summary, type Phase } from "./summary";

/** What a change of stack dev waits for beside its Droplets: its load balancers look for tags every 5 s, and call healthy what passed two checks, 3 s apart. */
const noticed = ["load balancer notices", 5] as const;
const healthy = ["two health checks", 6] as const;
const drained = ["drain", 10] as const;

/**
 * `demo`: version 1 is imported from its URL, copied and started, version 2 rolled out from a local file while the load balancers are asked
 * all the time, a third `up` finds nothing to do, and version 1 is taken back; then a summary, and the end of everything, unless it is to
 * be kept.
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
  const change = [["Droplets", durations.droplet] as const, noticed, healthy];
  const fromUrl = ({ url, sha256 }: ServedImage) => ({ imageUrl: url, imagePath: undefined, imageSha256: sha256 });
  const fromFile = ({ path: file, sha256 }: ServedImage) => ({ imageUrl: undefined, imagePath: file, imageSha256: sha256 });
  await stack.create();
  await stack.configure({ sshPublicKey: throwawayPublicKey() });

  return [
    await phase("version 1", [...arrival, ...change], cloud, async () => {
      await stack.configure(fromUrl(first));
      await stack.up();
    }),
    await phase("version 2", [...arrival, ...change, drained], cloud, async () => {
      await stack.configure(hasSpaces ? fromFile(second) : fromUrl(second));
      await upWhileAsked(stack, [first.version, second.version]);
    }),
    await phase("no change", [], cloud, () => stack.up("--expect-no-changes")),
    await phase("back to version 1", [...change, drained], cloud, async () => {
      await stack.configure(fromUrl(first));
      await upWhileAsked(stack, [second.version, first.version]);
    }),
  ];
}

/** Asks the load balancers during the whole change, and says what they answered. */
async function upWhileAsked(stack: DevStack, [before, after]: readonly [string, string]): Promise<void> {
  const { imageId, loadBalancers } = await stack.outputs();
  const urls = Object.values(loadBalancers as Readonly<Record<string, string>>).map((address) => `http://${address}:8080/`);
  const { byImage, failures } = await askDuring(urls, () => stack.up());
  const versionOf = (image: string): string => (image === imageId ? before : after);
  const parts = [...byImage].map(([image, count]) => `${count} from version ${versionOf(image)}`);
  say(`\n${urls.length} load balancers, asked all the time: ${parts.join(", ")}, ${failures.length} failed`);
  for (const failure of new Set(failures)) say(`  ${failure}`);
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
