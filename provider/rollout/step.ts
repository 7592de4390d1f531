import type { Assignment } from "./addressPlan";

/** What is done to Droplets. */
export interface DropletStep {
  readonly kind: "serve" | "withdraw" | "rebuild" | "shutdown" | "delete";
  readonly ids: readonly string[];
}

export type Step =
  | DropletStep
  | { readonly kind: "assign"; readonly assignments: readonly Assignment[] }
  | { readonly kind: "unassign"; readonly ips: readonly string[] }
  | { readonly kind: "create"; readonly slots: readonly number[] };

/** The slots, Droplets or addresses that a step is about, one by one. */
export function partsOf(step: Step): readonly (number | string | Assignment)[] {
  switch (step.kind) {
    case "create":
      return step.slots;
    case "assign":
      return step.assignments;
    case "unassign":
      return step.ips;
    case "serve":
    case "withdraw":
    case "rebuild":
    case "shutdown":
    case "delete":
      return step.ids;
  }
}

/** How many they are. */
export function sizeOf(step: Step): number {
  return partsOf(step).length;
}
