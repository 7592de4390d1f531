import type { ByteStream } from "../bytes/byteStream";

/**
 * The one bucket that image bits pass through. The entry hands in Spaces, a simulation hands in a store of its own. Every method throws
 * `StoreRefusal`, one finished sentence without a secret, where the store says no or can't be reached, and the signal's reason where it aborts.
 */
export interface ObjectStore {
  /** Makes sure, with one request, that the bucket is there and the key may use it. */
  reach(signal: AbortSignal): Promise<void>;
  /** The objects whose keys begin so. */
  list(prefix: string, signal: AbortSignal): Promise<readonly StoredObject[]>;
  /**
   * Puts the body there as a private object, in constant memory, and answers its size in bytes. Nothing is left where it fails: neither
   * object nor parts, unless the process dies. `sent` hears how many bytes have arrived so far.
   */
  upload(key: string, body: ByteStream, sent: (bytes: number) => void, signal: AbortSignal): Promise<number>;
  setVisibility(key: string, visibility: Visibility, signal: AbortSignal): Promise<void>;
  /** The status that someone without a key gets for HEAD, as DigitalOcean's importer asks. */
  anonymousStatus(key: string, signal: AbortSignal): Promise<number>;
  /** Succeeds where it is gone already. */
  remove(key: string, signal: AbortSignal): Promise<void>;
  /** Gives up the uploads under way whose keys begin so, and answers how many there were. */
  abortUploads(prefix: string, signal: AbortSignal): Promise<number>;
  /** Lets the store itself remove, after a day, what no run comes back for. Does nothing where the key may not say so. */
  expireAfterADay(prefix: string, signal: AbortSignal): Promise<void>;
  /** Where the object is read while it is public. */
  urlOf(key: string): string;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

export type Visibility = "private" | "public-read";

/** The store said no, or did not answer; the message is finished. */
export class StoreRefusal extends Error {
  override readonly name = "StoreRefusal";
  /** The HTTP status; undefined where no answer came. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}
