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

/** How many Droplets or addresses a step is about. */
export function sizeOf(step: Step): number {
  switch (step.kind) {
    case "create":
      return step.slots.length;
    case "assign":
      return step.assignments.length;
    case "unassign":
      return step.ips.length;
    case "serve":
    case "withdraw":
    case "rebuild":
    case "shutdown":
    case "delete":
      return step.ids.length;
  }
}
