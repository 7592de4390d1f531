import type { Files } from "./localFile";
import { nodeFiles } from "./nodeFiles";
import { SourceUnreadable, type OpenedSource } from "./openedSource";
import { PagedSource } from "./pagedSource";

/** Most that is read of a local file, in bytes: a compressed one is read from the front, any other one at a few places. */
export const fileLimitBytes = 256 * 1024 * 1024;

/** Opens a local file. Throws `SourceUnreadable`. */
export async function openFile(path: string, files: Files = nodeFiles): Promise<OpenedSource> {
  const handle = await files.open(path).catch((error: unknown) => {
    throw new SourceUnreadable(`\`path\` must be a file that can be read, got \`${path}\`, which ${reasonOf(error)}.`);
  });
  const stat = await handle.stat({ bigint: true });
  if (!stat.isFile()) {
    await handle.close();
    throw new SourceUnreadable(`\`path\` must be a file, but \`${path}\` is not one. Give the image file itself.`);
  }
  const size = Number(stat.size);
  const pages = new PagedSource({
    size,
    limitBytes: fileLimitBytes,
    async fetch(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await handle.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
  });
  return {
    local: true,
    traits: [],
    size,
    get bytesRead() {
      return pages.bytesRead;
    },
    read: (offset, length) => pages.read(offset, length),
    close: () => handle.close(),
  };
}

function reasonOf(error: unknown): string {
  const code = (error as { code?: string }).code ?? "";
  return { ENOENT: "does not exist", EACCES: "this user may not read", ENOTDIR: "does not exist" }[code] ?? `cannot be opened (${code})`;
}
