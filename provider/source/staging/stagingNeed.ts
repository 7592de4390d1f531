import { compressionTable, type CompressionName } from "../accepted";

/** What of a source decides whether DigitalOcean can fetch it by itself. */
export interface SourceTraits {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `stage`, or `declared`, the default. */
  readonly verify?: string;
  /** As far as it is known. */
  readonly compression?: CompressionName | null;
}

/**
 * Why a source has to pass through Spaces, as the beginning of a sentence that `requireSpaces` ends; undefined where DigitalOcean fetches
 * it by itself.
 */
export function stagingNeed({ path, headers = {}, verify = "declared", compression = null }: SourceTraits): string | undefined {
  if (path !== undefined) return "A local file (`source.path`)";
  if (Object.keys(headers).length > 0) return "A source with `source.headers`, which DigitalOcean doesn't send,";
  if (verify === "stage") return "A source that is verified before the import (`source.verify` is `stage`)";
  if (compression === null || compressionTable[compression].accepted) return undefined;
  return `A source that is compressed with ${compression}, which DigitalOcean doesn't take,`;
}
