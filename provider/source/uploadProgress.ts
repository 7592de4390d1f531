import type { Clock } from "../world";
import type { Body } from "./body";
import type { OpenSupply } from "./supply";

/** Milliseconds between two lines. */
const PAUSE = 30_000;
const MIB = 1024 * 1024;

/** A body that says how far its upload is, and the ear for how much of it has arrived. */
export interface ToldUpload {
  readonly body: Body;
  readonly sent: (bytes: number) => void;
}

/** Says how far an upload is, and how fast: at its beginning, then every half minute, also while much is packed into little. */
export function uploadProgress(supply: OpenSupply, clock: Clock, say: (text: string) => void): ToldUpload {
  const { body, sourceBytes, packedFrom } = supply;
  const began = clock.now();
  let [said, arrived] = [began, 0];
  const size = sourceBytes === undefined ? "" : ` of ${mebibytes(sourceBytes)}`;
  const tell = (): void => {
    const now = clock.now();
    if (now - said < PAUSE) return;
    said = now;
    const rate = arrived / MIB / ((now - began) / 1000);
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
  return Math.ceil(bytes / MIB).toLocaleString("en-US");
}
