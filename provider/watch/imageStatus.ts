import { duration, elapsedOf } from "../waiting/duration";

/** What a status line tells of the wait for one image. Times in milliseconds. */
export interface ImageWait {
  readonly imageId: string;
  readonly phase: "importing" | "copying";
  readonly elapsed: number;
  readonly expected?: number;
  /** Regions where the image is, of those that it is wanted in. */
  readonly regions: { readonly done: number; readonly failed: number; readonly wanted: number };
  /** For how long no answer has come; 0 while answers come. */
  readonly silence: number;
}

export function statusLine({ imageId, phase, elapsed, expected, regions, silence }: ImageWait): string {
  const parts = [`${phase} image ${imageId}`];
  if (phase === "copying") {
    const failed = regions.failed === 0 ? "" : ` (${regions.failed} failed)`;
    parts.push(`${regions.done} of ${regions.wanted} regions${failed}`);
  }
  parts.push(elapsedOf(elapsed, expected));
  if (silence > 0) parts.push(`no answer from DigitalOcean for ${duration(silence)}, still asking`);
  return parts.join(", ");
}

/** What makes a line worth saying at once; lines that differ in their times only are said every 30 s. */
export function statusKey({ phase, regions, silence }: ImageWait): string {
  return [phase, regions.done, regions.failed, silence > 0].join();
}
