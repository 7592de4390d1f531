import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";

export interface TarballFile {
  readonly name: string;
  readonly content: Buffer | string;
  readonly executable?: boolean;
}

/** A .tar.gz that is the same bytes for the same files: no times, no owners. */
export async function tarball(files: readonly TarballFile[]): Promise<Buffer> {
  const archive = pack();
  // npm refuses what is older than 1985.
  const mtime = new Date("2000-01-01T00:00:00Z");
  for (const { name, content, executable = false } of files) archive.entry({ name, mode: executable ? 0o755 : 0o644, mtime }, content);
  archive.finalize();
  return buffer(archive.pipe(createGzip({ level: 9 })));
}
