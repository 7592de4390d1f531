import type { ExtTree } from "./extTree";

/** What of cloud-init in a root file system may keep SSH keys and user data from arriving. */
export type CloudInitTrait = "cloud-init-old" | "no-cloud-first";

/** In bytes, of a file of settings. */
const mostBytes = 64 * 1024;
/** The oldest that DigitalOcean takes. */
const oldest = [0, 7, 7];

export async function cloudInitTraits(tree: ExtTree): Promise<readonly CloudInitTrait[]> {
  const version = await versionIn(tree);
  const sources = await dataSourcesIn(tree);
  const [noCloud, configDrive] = [sources.indexOf("nocloud"), sources.indexOf("configdrive")];
  const traits: readonly (CloudInitTrait | false)[] = [
    version !== undefined && isOlder(version) && "cloud-init-old",
    noCloud >= 0 && configDrive > noCloud && "no-cloud-first",
  ];
  return traits.filter((trait) => trait !== false);
}

/** As its own module says it: `__VERSION__ = "0.7.9"`. */
async function versionIn(tree: ExtTree): Promise<readonly number[] | undefined> {
  for (const library of ["/usr/lib", "/usr/local/lib"]) {
    for (const python of (await tree.list(library)).filter((name) => name.startsWith("python"))) {
      for (const packages of ["dist-packages", "site-packages"]) {
        const module = await tree.read(`${library}/${python}/${packages}/cloudinit/version.py`, mostBytes);
        const version = /["'](\d+(?:\.\d+)+)/.exec(module?.toString() ?? "")?.[1];
        if (version !== undefined) return version.split(".").map(Number);
      }
    }
  }
  return undefined;
}

function isOlder(version: readonly number[]): boolean {
  const at = oldest.findIndex((part, index) => part !== (version[index] ?? 0));
  return at >= 0 && (version[at] ?? 0) < (oldest[at] ?? 0);
}

/** In lower case and in order, by the last file that sets them, as cloud-init reads them; empty where its own default counts. */
async function dataSourcesIn(tree: ExtTree): Promise<readonly string[]> {
  const folder = "/etc/cloud/cloud.cfg.d";
  const more = (await tree.list(folder)).filter((name) => name.endsWith(".cfg")).sort();
  let sources: readonly string[] = [];
  for (const path of ["/etc/cloud/cloud.cfg", ...more.map((name) => `${folder}/${name}`)]) {
    const text = (await tree.read(path, mostBytes))?.toString() ?? "";
    const list = /^datasource_list:\s*(\[[^\]]*\]|(?:\s*(?:-.*|#.*)?\n)*)/m.exec(`${text}\n`)?.[1];
    if (list !== undefined) sources = (list.replace(/#.*/g, "").match(/\w+/g) ?? []).map((name) => name.toLowerCase());
  }
  return sources;
}
