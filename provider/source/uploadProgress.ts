import type { Clock } from "../world";

/** Milliseconds between two lines. */
const PAUSE = 30_000;
const MIB = 1024 * 1024;

/** Says how far an upload is, and how fast: at its beginning, then every half minute, and never the same twice. */
export function uploadProgress(total: number | undefined, clock: Clock, say: (text: string) => void): (arrived: number) => void {
  const began = clock.now();
  let said = began;
  const of = total === undefined ? "" : ` of ${mebibytes(total)}`;
  say(`Uploading to Spaces${total === undefined ? "" : `, ${mebibytes(total)} MiB`}`);
  return (arrived) => {
    const now = clock.now();
    if (now - said < PAUSE) return;
    said = now;
    const rate = arrived / MIB / ((now - began) / 1000);
    say(`Uploading to Spaces: ${mebibytes(arrived)}${of} MiB, ${rate.toFixed(rate < 10 ? 1 : 0)} MiB/s`);
  };
}

function mebibytes(bytes: number): string {
  return Math.ceil(bytes / MIB).toLocaleString("en-US");
}
