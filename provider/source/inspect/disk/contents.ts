import { sliceOf, type ByteSource } from "../../bytes/byteSource";
import { cloudInitTraits, type CloudInitTrait } from "./cloudInit";
import { ExtTree } from "./extTree";

/** What a Droplet needs inside; null where it was not looked for, or can't be told. */
export interface Contents {
  /** cloud-init, or another first-boot agent that DigitalOcean accepts. */
  readonly cloudInit: boolean | null;
  readonly sshd: boolean | null;
}

export const unknownContents: Contents = { cloudInit: null, sshd: null };

const binaries = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin"];
const inBinaries = (name: string): readonly string[] => binaries.map((folder) => `${folder}/${name}`);

const agents: readonly string[] = [
  ...["cloud-init", "coreos-cloudinit", "cloudbase-init", "ignition"].flatMap(inBinaries),
  "/etc/cloud/cloud.cfg",
  "/usr/lib/cloud-init",
  "/usr/lib/ignition",
  "/usr/lib/dracut/modules.d/30ignition",
  "/usr/local/etc/rc.d/cloudinit",
];
const servers: readonly string[] = ["sshd", "dropbear"].flatMap(inBinaries);

/** Systems that keep their programs elsewhere, under names that can't be known beforehand. */
const stores: readonly string[] = ["/nix/store", "/ostree"];

/** What was seen in a root file system. */
export interface Root {
  readonly contents: Contents;
  readonly traits: readonly CloudInitTrait[];
}

/** Looks into the file system at `start`; undefined where it is not a system's root. */
export async function rootAt(disk: ByteSource, start: number, bytes: number): Promise<Root | undefined> {
  const tree = await ExtTree.open(sliceOf(disk, start, bytes));
  const any = async (paths: readonly string[]) => {
    for (const path of paths) if (await tree.has(path)) return true;
    return false;
  };
  if (await any(stores)) return { contents: unknownContents, traits: [] };
  // Its programs may lie in a file system of their own; every folder holds an entry for itself.
  if (!(await tree.has("/etc")) || !(await any(["/usr/bin/.", "/usr/sbin/.", "/bin/.", "/sbin/."]))) return undefined;
  const contents = { cloudInit: await any(agents), sshd: await any(servers) };
  return { contents, traits: contents.cloudInit ? await cloudInitTraits(tree) : [] };
}
