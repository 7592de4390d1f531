import { accepted, compressionTable, formatTable, type CompressionName } from "../accepted";

/** Everything of ours in the bucket lies under this. */
export const stagingPrefix = "imagefleet/";

/** Under this lies what the runs of one import have staged, finished or not. */
export function prefixOf(correlation: string): string {
  return `${stagingPrefix}${correlation.replace(/[^A-Za-z0-9]+/g, "-")}/`;
}

/**
 * A key that nobody can guess. `identity`, the digest of the source's bits where it is known beforehand, lets a later run find the same bits
 * again. It ends in the file's extension, as the importer wants it.
 */
export function newKey(
  correlation: string,
  identity: string | undefined,
  extension: string,
  randomBytes: (count: number) => Buffer,
): string {
  const secret = randomBytes(16).toString("hex");
  return `${prefixOf(correlation)}${identity === undefined ? "" : `${identity}-`}${secret}${extension}`;
}

/** Whether the key is of these bits. */
export function isOf(key: string, identity: string): boolean {
  return key.slice(key.lastIndexOf("/") + 1).startsWith(`${identity}-`);
}

/** What the importer knows formats by. */
const formatExtension = new RegExp(
  `(${accepted(formatTable)
    .flatMap((format) => formatTable[format].extensions)
    .map((extension) => `\\${extension}`)
    .join("|")})(?:\\.[a-z0-9]+)?$`,
  "i",
);

/** The extension that the importer knows for the format that `name`, a file's name or a URL's path, has, under the compression that it is in. */
export function extensionOf(name: string, compression: CompressionName | undefined): string {
  const format = formatExtension.exec(name)?.[1]?.toLowerCase() ?? "";
  const extension = `${format}${compression === undefined ? "" : compressionTable[compression].extension}`;
  return extension === "" ? ".img" : extension;
}
