import { duration } from "../waiting/duration";
import type { Forecast } from "./forecast";

/** Reserved IPs that are told one by one. */
const shown = 10;

/** A forecast with what it costs, in USD a month, and how long it takes. */
export interface Plan extends Forecast {
  readonly priceBefore: number | undefined;
  readonly priceAfter: number | undefined;
  readonly surgePrice: number | undefined;
  /** Of those that stand by afterwards. */
  readonly standbyPrice: number | undefined;
  /** By the last rollout; undefined where none was timed. */
  readonly expectedSeconds: number | undefined;
}

/** What the account has, and how many it may have. */
export interface AccountDroplets {
  readonly total: number;
  readonly limit: number;
}

/** What a plan doesn't say itself. */
export interface Circumstances {
  /** Its number; undefined while it isn't known. */
  readonly image: string | undefined;
  readonly account: AccountDroplets;
  /** How long Droplets stand by afterwards, such as `for 1 h 0 min`. */
  readonly kept: string;
}

/** A few lines for a person. */
export function describePlan(plan: Plan, { image, account: { total, limit }, kept }: Circumstances): string {
  const { leastServing, mostExisting } = plan;
  const room = `At least ${leastServing} serve and at most ${mostExisting} exist meanwhile; the account has ${total} of its limit of ${limit} Droplets.`;
  return [
    ...[describeWork(plan, image), room, ...describePrice(plan), describeTime(plan), ...describeAddresses(plan)],
    ...describeStandby(plan, kept),
  ].join("\n");
}

function describeWork({ creates, rebuilds, deletes, promotes, batches, largestBatch }: Plan, image: string | undefined): string {
  const of = image === undefined ? "the new image" : `image ${image}`;
  const work = [
    ...(creates > 0 ? [`make ${droplets(creates)} of ${of}`] : []),
    ...(rebuilds > 0 ? [`rebuild ${droplets(rebuilds)} from ${of}`] : []),
    ...(promotes > 0 ? [`put ${promotes} existing ${promotes === 1 ? "Droplet" : "Droplets"} into service`] : []),
    ...(deletes > 0 ? [`delete ${droplets(deletes)}`] : []),
  ].join(", ");
  const how = batches === 0 ? "" : batches === 1 ? ", in one batch" : `, in ${batches} batches of at most ${largestBatch}`;
  return `Rollout plan: ${work === "" ? "make and delete no Droplet" : work}${how}.`;
}

function describePrice({ priceBefore, priceAfter, surgePrice }: Plan): readonly string[] {
  if (priceAfter === undefined) return [];
  const change =
    priceBefore === undefined || priceBefore === priceAfter
      ? dollars(priceAfter)
      : `${dollars(priceBefore)} before, ${dollars(priceAfter)} after`;
  const more = surgePrice === undefined || surgePrice === 0 ? "" : `; up to ${dollars(surgePrice)} more while it runs`;
  return [`Price a month: ${change}${more}.`];
}

function describeTime({ expectedSeconds, batches, rebuilds, creates, deletes, standby }: Plan): string {
  const unknown = batches === 0 ? "short, for no Droplet is made or rebuilt" : "not known yet, for no rollout of this fleet was timed";
  const time = expectedSeconds === undefined ? unknown : duration(expectedSeconds * 1_000);
  const areOthers = standby > 0 || (creates > 0 && deletes > 0);
  const addresses = areOthers ? " The addresses change." : rebuilds > 0 && creates === 0 ? " The addresses stay." : "";
  return `Expected time: ${time}.${addresses}`;
}

/** The first of them by name: a fleet may have a thousand. */
function describeAddresses({ reservedIps }: Plan): readonly string[] {
  if (reservedIps.length === 0) return [];
  const [named, more] = [reservedIps.slice(0, shown), reservedIps.length - shown];
  const which = [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
  return [`Reserved IPs that move: ${which}.`];
}

/** They cost until somebody runs. */
function describeStandby({ standby, standbyPrice }: Plan, kept: string): readonly string[] {
  if (standby === 0) return [];
  const price = standbyPrice === undefined ? "" : ` at ${dollars(standbyPrice)} a month`;
  const many = `${droplets(standby)} ${standby === 1 ? "stands" : "stand"} by ${kept}${price}`;
  return [`Afterwards ${many}, and ${standby === 1 ? "costs" : "cost"} until a run after that deletes ${standby === 1 ? "it" : "them"}.`];
}

function droplets(count: number): string {
  return `${count} ${count === 1 ? "Droplet" : "Droplets"}`;
}

function dollars(price: number): string {
  return `${price.toFixed(2)} USD`;
}

/** The first line of a run after one that failed. */
export function describeRetry(failed: string, { image, isRoll }: { readonly image: string | undefined; readonly isRoll: boolean }): string {
  const now = !isRoll
    ? "the image of before stays"
    : image === failed
      ? "it is tried again"
      : `${image === undefined ? "a new image" : `image ${image}`} is tried now`;
  return `Image ${failed} failed in the last rollout; ${now}.`;
}
