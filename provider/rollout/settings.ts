import type { Gate } from "./gates/gate";
import type { KnownDroplet } from "./observation";
import type { Timing } from "./observedDroplet";
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
  /** The program's own tags of Droplets that serve. */
  readonly servingTags: readonly string[];
  /** The project that the Droplets are in; undefined for where DigitalOcean puts them. */
  readonly projectId?: string;
  readonly backups: boolean;
  /** Reserved IPs by slot, and those that the program named before. */
  readonly reservedIps: readonly string[];
  readonly formerReservedIps: readonly string[];
  /** The tag of the create under way; undefined when the state knows the fleet. */
  readonly creationTag?: string;
  /** The tag of the resource's Droplets, whichever of its fleets they are in. */
  readonly programTag: string;
  readonly gate: Gate;
  readonly policy: Policy & Timing & { readonly maxFailures: number };
  /** How long the change usually takes, in milliseconds; undefined where no run has timed one. */
  readonly expected?: number;
  /** Templates that earlier runs led to or from: their tags may be there without a Droplet. */
  readonly formerTemplates: readonly string[];
  /** The Droplets as an earlier run stored them. */
  readonly known: readonly KnownDroplet[];
}

/** A template with its fingerprint. */
export interface Version {
  readonly fingerprint: string;
  readonly template: Template;
}

/** Which stage of how many, from 1. */
export interface StageNumber {
  readonly stage: number;
  readonly of: number;
}

/** What the fleet is to be. */
export interface Goal extends Desired {
  /** The version that the change leads to, or back to. */
  readonly target: Version;
  /** The template of each fingerprint in `slots`. */
  readonly templates: ReadonlyMap<string, Template>;
  /** How long its Droplets must stay good, where that is longer than the gate says; in seconds. */
  readonly bakeSeconds?: number;
  /** What part of a canary it is. */
  readonly stage?: StageNumber;
  /** How long Droplets stand by before they go, in seconds. */
  readonly keepSeconds?: number;
  /** The approval without which nothing follows it: the run ends here. */
  readonly awaiting?: string;
}

/** Every slot runs the same version. */
export function uniformGoal(target: Version, count: number): Goal {
  const { fingerprint, template } = target;
  return { target, slots: Array.from({ length: count }, () => fingerprint), templates: new Map([[fingerprint, template]]) };
}

/** The bounds that the goal asks for, whatever the program says. */
export function boundsFor<P extends Policy>({ slots, standby, inPlace }: Goal, policy: P): P {
  if (standby !== undefined) return { ...policy, maxSurge: slots.length, maxUnavailable: 0 };
  return inPlace === true ? { ...policy, maxSurge: 0, maxUnavailable: Math.max(1, policy.maxUnavailable) } : policy;
}
