import type { Gate } from "./gates/gate";
import type { KnownDroplet } from "./observation";
import type { Timing } from "./observedDroplet";
import type { Desired, Policy } from "./plan";
import { resolveSize } from "./size";
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
  /** The tag of the create under way; undefined when the state knows the fleet. */
  readonly creationTag?: string;
  readonly gate: Gate;
  readonly policy: Policy & Timing & { readonly maxFailures: number };
  /** The Droplets as an earlier run stored them. */
  readonly known: readonly KnownDroplet[];
}

/** A template with its fingerprint. */
export interface Version {
  readonly fingerprint: string;
  readonly template: Template;
}

/** What the fleet is to be. */
export interface Goal extends Desired {
  /** The version that the change leads to, or back to. */
  readonly target: Version;
  /** The template of each fingerprint in `slots`. */
  readonly templates: ReadonlyMap<string, Template>;
  /** How long its Droplets must stay good, where that is longer than the gate says; in seconds. */
  readonly bakeSeconds?: number;
  /** What part of a change it is, as `canary 1 of 2`. */
  readonly stage?: string;
}

/** A canary's stage: so many Droplets first, and for so long. */
export interface Stage {
  /** A count or a percentage. */
  readonly count: string;
  readonly bakeSeconds: number;
}

/** Every slot runs the same version. */
export function uniformGoal(target: Version, count: number): Goal {
  const { fingerprint, template } = target;
  return { target, slots: Array.from({ length: count }, () => fingerprint), templates: new Map([[fingerprint, template]]) };
}

/** What the fleet is to be at each stage of a canary: the first slots run the target, the others what ran before. */
export function canaryGoals(stages: readonly Stage[], target: Version, before: Version, count: number): readonly Goal[] {
  const templates = new Map([before, target].map(({ fingerprint, template }) => [fingerprint, template]));
  return stages.map(({ count: size, bakeSeconds }, at) => {
    const many = resolveSize(size, count, "up");
    const slots = Array.from({ length: count }, (_, slot) => (slot < many ? target : before).fingerprint);
    return { target, slots, templates, bakeSeconds, stage: `canary ${at + 1} of ${stages.length}` };
  });
}
