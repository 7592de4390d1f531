import type { Stage } from "./stage";

/** One assumption about DigitalOcean's API that the emulator and the provider make, and how to see whether it holds. */
export interface Claim {
  readonly id: string;
  /** A sentence that is true where the claim holds. */
  readonly claim: string;
  /** Where it comes from: `documented`, `observed` or `assumed`, and by what. */
  readonly source: string;
  /** The emulator's switch or setting that decides it. */
  readonly switch?: string;
  readonly play: (stage: Stage) => Promise<Seen>;
}

/** What was seen, and whether that is what the claim says; `holds` is undefined where that can't be told. */
export interface Seen {
  readonly holds: boolean | undefined;
  readonly evidence: string;
}

export interface Finding extends Pick<Claim, "id" | "claim" | "source" | "switch"> {
  readonly verdict: "holds" | "differs" | "could not tell";
  readonly evidence: string;
}
