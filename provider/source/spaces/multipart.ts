import { fill, type ByteStream } from "../bytes/byteStream";

/** 100 GB, the largest image, in fewer than the 10,000 parts that an object may have. */
export const partBytes = 16 * 1024 * 1024;
/** Parts in memory at once: both on their way, or one of them being read. A third makes no upload quicker that was measured. */
const buffers = 2;

/** The calls that an upload is made of. */
export interface PartStore {
  put(bytes: Buffer, signal: AbortSignal): Promise<void>;
  begin(signal: AbortSignal): Promise<string>;
  /** Answers the mark by which `complete` names the part. */
  putPart(upload: string, part: number, bytes: Buffer, signal: AbortSignal): Promise<string>;
  complete(upload: string, marks: readonly string[], signal: AbortSignal): Promise<void>;
  /** Called without a signal of the upload's: it is to be done after an abort, too. */
  abort(upload: string): Promise<void>;
}

/**
 * Uploads a body in parts, several at once, and answers its size in bytes. The buffers are used again and again, so memory is the same for
 * any size. The object comes into being with the last call, after the whole body was read: a body that turns out wrong leaves nothing.
 */
export async function uploadInParts(
  body: ByteStream,
  store: PartStore,
  sent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const first = await fill(Buffer.allocUnsafeSlow(partBytes), body, signal);
  signal.throwIfAborted();
  if (first.length < partBytes) {
    await store.put(first, signal);
    sent(first.length);
    return first.length;
  }
  const upload = await store.begin(signal);
  try {
    return await putParts(upload, first, body, store, sent, signal);
  } catch (error) {
    // What stays after that is found by the next run; the first failure says more.
    await store.abort(upload).catch(() => undefined);
    throw error;
  }
}

async function putParts(
  upload: string,
  first: Buffer,
  body: ByteStream,
  store: PartStore,
  sent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const marks: string[] = [];
  const free: Buffer[] = [];
  const underWay = new Set<Promise<void>>();
  let [started, arrived] = [0, 0];

  const send = async (part: number, bytes: Buffer): Promise<void> => {
    try {
      marks[part - 1] = await store.putPart(upload, part, bytes, stop);
      sent((arrived += bytes.length));
      free.push(Buffer.from(bytes.buffer));
    } catch (error) {
      failed.abort(error);
    }
  };
  try {
    for (let bytes = first, part = 1; bytes.length > 0; part += 1) {
      const sending = send(part, bytes).finally(() => underWay.delete(sending));
      underWay.add(sending);
      started += bytes.length;
      if (underWay.size === buffers) await Promise.race(underWay);
      stop.throwIfAborted();
      bytes = await fill(free.pop() ?? Buffer.allocUnsafeSlow(partBytes), body, stop);
    }
  } catch (error) {
    failed.abort(error);
  }
  await Promise.all(underWay);
  stop.throwIfAborted();
  await store.complete(upload, marks, signal);
  return started;
}
