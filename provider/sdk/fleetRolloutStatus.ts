// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
import type { FleetRolloutPlan } from "./fleetRolloutPlan";

export interface FleetRolloutStatus {
  /** The canary's stage at which the change has paused, from 1. */
  readonly stage?: number;
  /** How many stages the canary has. */
  readonly of?: number;
  /** What `rollout.approved` must say for the change to go on: `<template>/<stage>`. */
  readonly awaiting?: string;
  /**
   * What is still to be done, if nothing goes wrong: in a preview the change, after a run that paused what follows its approval, and while
   * Droplets stand by their end. Empty once all is done.
   */
  readonly plan?: FleetRolloutPlan;
  /** Number of the image that failed last, until another one is tried. */
  readonly failedImage?: string;
  /** How many seconds the last rollout took. */
  readonly lastSeconds?: number;
  /** In how many batches it went. */
  readonly lastBatches?: number;
  /** Fingerprint of the template whose Droplets stand by. */
  readonly kept?: string;
  /** Until when they do, in UTC; the first run after that deletes them. */
  readonly keptUntil?: string;
}
