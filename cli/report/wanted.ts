import type { Properties } from "./engineEvents";
import type { Wanted } from "./run";
import { isRemoval, type Step } from "./steps";

export function isImport(step: Step): boolean {
  return step.type === "ImageImport" && isOurs(step) && !isRemoval(step);
}

export function isFleet(step: Step): boolean {
  return step.type === "Fleet" && isOurs(step) && !isRemoval(step);
}

export function isReplica(step: Step): boolean {
  return step.type === "ImageReplica" && isOurs(step) && !isRemoval(step);
}

/** What the resource's outputs are once the step is over; empty where it has not come so far. */
export function outputsOf({ op, before, after }: Step): Properties {
  return op === "same" ? { ...before, ...after } : after;
}

/** What the program asks of an image. */
export function imageOf(step: Step, steps: readonly Step[]): Wanted | undefined {
  if (!isImport(step)) return undefined;
  const { source = {}, region } = step.inputs as { readonly source?: Properties; readonly region?: unknown };
  const { imageId, digest, sizeGigabytes } = outputsOf(step);
  const regions = steps.filter((one) => isReplica(one) && sharesComponent(one, step)).map(({ inputs }) => wordOf(inputs["region"]));
  return {
    name: `Image ${step.name}`,
    facts: [
      ["source", wordOf(source["url"] ?? source["path"])],
      ["sha256", wordOf(source["sha256"] ?? digest)],
      ["regions", regions.length > 0 ? regions.join(", ") : wordOf(region)],
      ["number", imageId === undefined ? "not yet known" : wordOf(imageId)],
      ...(typeof sizeGigabytes === "number" ? ([["stored", `${sizeGigabytes} GB`]] as const) : []),
    ],
  };
}

/** What the program asks of a fleet. */
export function fleetOf(step: Step): Wanted | undefined {
  if (!isFleet(step)) return undefined;
  const { count, size, region, image, gate = {} } = step.inputs as Properties & { readonly gate?: Properties };
  const { priceMonthly } = outputsOf(step);
  return {
    name: `Fleet ${step.name}`,
    facts: [
      ["Droplets", `${wordOf(count)} × ${wordOf(size)} in ${wordOf(region)}`],
      ["image", wordOf(image)],
      ["gate", gateOf(gate)],
      ...(typeof priceMonthly === "number" ? ([["price", `$${(priceMonthly * Number(count)).toFixed(2)} a month`]] as const) : []),
    ],
  };
}

function gateOf(gate: Properties): string {
  const asked = ["http", "tcp", "ssh"].flatMap((kind) => {
    if (gate[kind] === undefined) return [];
    const { port, path = "" } = gate[kind] as Properties;
    return [`${kind} :${wordOf(port)}${wordOf(path)}`];
  });
  const all = [...asked, ...(gate["loadBalancer"] === undefined ? [] : ["its load balancer"])];
  return all.length === 0 ? "a Droplet is active" : all.join(", ");
}

/** A component's URN is the beginning of those of what is in it, up to the name. */
function sharesComponent(one: Step, other: Step): boolean {
  const [typeOfOne = "", typeOfOther = ""] = [one, other].map(({ urn }) => urn.split("::")[2]?.split("$").slice(0, -1).join("$"));
  return typeOfOne.startsWith(typeOfOther) && one.name.startsWith(other.name);
}

function isOurs({ urn }: Step): boolean {
  return (urn.split("::")[2]?.split("$").at(-1) ?? "").startsWith("imagefleet:index:");
}

/** A value as text; the engine's mark of a secret and of what it doesn't know yet stay what they are. */
export function wordOf(value: unknown): string {
  if (value === undefined || value === null || value === "") return "";
  if (value === unknownMark) return "not yet known";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
