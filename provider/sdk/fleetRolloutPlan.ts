// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
export interface FleetRolloutPlan {
  /** How many Droplets are made. */
  readonly creates: number;
  /** How many Droplets are rebuilt. */
  readonly rebuilds: number;
  /** How many Droplets are deleted. */
  readonly deletes: number;
  /** How many Droplets that exist come to serve as they are. */
  readonly promotes: number;
  /** How often Droplets are made or rebuilt. */
  readonly batches: number;
  /** How many of them at a time at most. */
  readonly largestBatch: number;
  /** How many Droplets serve meanwhile, at least. */
  readonly leastServing: number;
  /** How many Droplets exist meanwhile, at most. */
  readonly mostExisting: number;
  /** How many Droplets stay afterwards, out of service, until a run after their time deletes them. */
  readonly standby: number;
  /** Reserved IPs that come to lead to another Droplet, or to none. */
  readonly reservedIps: string[];
  /** Price of the Droplets that exist, in USD a month. */
  readonly priceBefore?: number;
  /** Price of the Droplets after the change, in USD a month. */
  readonly priceAfter?: number;
  /** Price of the Droplets that exist beside those while it runs, in USD a month. */
  readonly surgePrice?: number;
  /** Price of those that stay out of service, in USD a month. */
  readonly standbyPrice?: number;
  /** How many seconds it takes, by the last rollout. */
  readonly expectedSeconds?: number;
}
