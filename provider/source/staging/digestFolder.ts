import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DigestCache, Stamped } from "./fileDigest";

/** Keeps digests in a folder of the user's, one small file for each image's path; several processes may use it at once. */
export function digestFolder(folder: string, randomBytes: (count: number) => Buffer): DigestCache {
  const fileOf = ({ path }: Stamped): string => join(folder, createHash("sha256").update(path).digest("hex"));
  return {
    async get(file) {
      const [stamp, digest] = (await readFile(fileOf(file), "utf8").catch(() => "")).split("\n");
      return stamp === file.stamp && digest !== undefined && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
    },
    async put(file, digest) {
      const written = `${fileOf(file)}.${randomBytes(8).toString("hex")}`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(written, `${file.stamp}\n${digest}\n`, { mode: 0o600 });
        await rename(written, fileOf(file));
      } catch {
        // A folder that can't be written costs reading the image again.
      }
    },
  };
}
