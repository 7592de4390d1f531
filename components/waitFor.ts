import { regionListFaults } from "./regions";
import { shown } from "./shown";

/** Which copies `up` waits for: all, only the first region of the list, or those named. */
export type WaitFor = "all" | "home" | readonly string[];

/** What is wrong with `regions` and the choice of `waitFor` among them. */
export function copyFaults(regions: unknown, waitFor: unknown): readonly string[] {
  const faults = regionListFaults("regions", regions);
  return [...faults, ...waitForFaults(waitFor, faults.length === 0 ? (regions as readonly string[]) : undefined)];
}

/** The regions that are waited for, in the order of `regions`. */
export function waitedRegions(waitFor: WaitFor, regions: readonly string[]): readonly string[] {
  switch (waitFor) {
    case "all":
      return regions;
    case "home":
      return regions.slice(0, 1);
    default:
      return regions.filter((region) => waitFor.includes(region));
  }
}

/** `regions` is undefined where it is faulty itself: then only the form is looked at. */
function waitForFaults(waitFor: unknown, regions: readonly string[] | undefined): readonly string[] {
  if (waitFor === "all" || waitFor === "home") return [];
  if (!Array.isArray(waitFor)) {
    return [`\`waitFor\` must be \`"all"\`, \`"home"\` or a plain list out of \`regions\`, got ${shown(waitFor)}.`];
  }
  const malformed = regionListFaults("waitFor", waitFor);
  if (malformed.length > 0 || regions === undefined) return malformed;
  return waitFor.flatMap((region: string, index) => {
    if (regions.includes(region)) return [];
    return [`\`waitFor[${index}]\` must be one of \`regions\`, which are ${regions.join(", ")}, got ${shown(region)}.`];
  });
}
