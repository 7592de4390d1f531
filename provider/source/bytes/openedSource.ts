import type { ByteSource } from "./byteSource";

/** What the place that an image comes from is like. */
export type SourceTrait = "head-refused" | "ranges-missing" | "redirected" | "url-without-extension";

/** A file or a URL, opened to be inspected. It never reads more than its limit. */
export interface OpenedSource extends ByteSource {
  /** On this machine, where reading costs little: only there the contents of the file system are looked at. */
  readonly local: boolean;
  readonly traits: readonly SourceTrait[];
  /** Bytes read so far: of the file, or received from the server. */
  readonly bytesRead: number;
  close(): Promise<void>;
}

/** The image could not be read at all; the message is one finished sentence and never holds the URL, which may be a secret. */
export class SourceUnreadable extends Error {
  override readonly name = "SourceUnreadable";
}
