import type { Gate } from "./gates/gate";
import type { KnownDroplet, Timing } from "./observation";
import type { Desired, Policy } from "./plan";
import type { Template } from "./template";

/** One fleet and the rules of its change. */
export interface FleetSettings {
  readonly fleetId: string;
  /** Prefix of the Droplets' names. */
  readonly name: string;
  readonly region: string;
  /** The program's own tags. */
  readonly tags: readonly string[];
  /** The tag of the create under way; undefined when the state knows the fleet. */
  readonly creationTag?: string;
  readonly gate: Gate;
  readonly policy: Policy & Timing;
  /** The Droplets as an earlier run stored them. */
  readonly known: readonly KnownDroplet[];
}

/** What the fleet is to be; `template` is the fingerprint of `of`. */
export interface Wanted extends Desired {
  readonly of: Template;
}
