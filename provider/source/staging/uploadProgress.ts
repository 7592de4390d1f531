import type { Clock } from "../../world";
import type { ByteStream } from "../bytes/byteStream";
import type { OpenUploadSource } from "./uploadSource";

/** Milliseconds between two lines. */
const pause = 30_000;
const mib = 1024 * 1024;

/** A body that says how far its upload is, and the ear for how much of it has arrived. */
export interface ToldUpload {
  readonly body: ByteStream;
  readonly sent: (bytes: number) => void;
}

/** Says how far an upload is, and how fast: at its beginning, then every half minute, also while much is packed into little. */
export function uploadProgress(source: OpenUploadSource, clock: Clock, say: (text: string) => void): ToldUpload {
  const { body, sourceBytes, packedFrom } = source;
  const began = clock.now();
  let [said, arrived] = [began, 0];
  const size = sourceBytes === undefined ? "" : ` of ${mebibytes(sourceBytes)}`;
  const tell = (): void => {
    const now = clock.now();
    if (now - said < pause) return;
    said = now;
    const rate = arrived / mib / ((now - began) / 1000);
    const amount =
      packedFrom === undefined
        ? `${mebibytes(arrived)}${size} MiB`
        : `${mebibytes(arrived)} MiB, packed from ${mebibytes(packedFrom())}${size} MiB`;
    say(`Uploading to Spaces: ${amount}, ${rate.toFixed(rate < 10 ? 1 : 0)} MiB/s`);
  };
  say(
    `Uploading to Spaces${sourceBytes === undefined ? "" : `, ${mebibytes(sourceBytes)} MiB`}${packedFrom === undefined ? "" : ", packed on the way"}`,
  );
  return {
    body: {
      read(into) {
        tell();
        return body.read(into);
      },
      close: () => body.close(),
    },
    sent(bytes) {
      arrived = bytes;
      tell();
    },
  };
}

function mebibytes(bytes: number): string {
  return Math.ceil(bytes / mib).toLocaleString("en-US");
}
