import type { Outcome } from "./run";
import type { Step } from "./steps";
import { isFleet, outputsOf, wordOf } from "./wanted";

/** What somebody still has to do after a run, a sentence each. */
export function leftToDo(outcome: Outcome, steps: readonly Step[]): readonly string[] {
  const changed = steps.filter(({ isCustom, op }) => isCustom && op !== "same");
  const named = (some: readonly Step[]): string => some.map(({ name, type }) => `${type} ${name}`).join(", ");
  const failed = changed.filter((step) => step.outcome === "failed");
  const running = changed.filter((step) => step.outcome === "running");
  const unbegun = changed.filter((step) => step.outcome === "planned");
  const left: string[] = [];
  if (outcome === "planned") {
    if (changed.length > 0) left.push(`Run \`pulumi up\` to make ${changed.length} ${changed.length === 1 ? "change" : "changes"}.`);
    return left;
  }
  if (outcome === "interrupted") {
    left.push(
      "The run was ended before it was done. Where the next command says that the stack is locked, make sure that no other run is under way and run `pulumi cancel`; then run `pulumi up` again: it goes on from what is there.",
    );
  }
  if (running.length > 0) left.push(`Not ended: ${named(running)}.`);
  if (failed.length > 0) left.push(`Failed: ${named(failed)}. Remove the cause that is given with it, then run \`pulumi up\` again.`);
  if (outcome !== "succeeded" && unbegun.length > 0) left.push(`Not begun: ${named(unbegun)}.`);
  left.push(...steps.filter(isFleet).flatMap(shortfallOf));
  return left;
}

/** What a fleet lacks, and what it waits for, by its outputs. */
function shortfallOf(step: Step): readonly string[] {
  const { name, inputs } = step;
  const { live, rollout = {} } = outputsOf(step) as {
    readonly live?: readonly { readonly serving: boolean }[];
    readonly rollout?: { readonly awaiting?: unknown };
  };
  const awaiting = wordOf(rollout.awaiting);
  const serving = live?.filter((droplet) => droplet.serving).length ?? Infinity;
  const count = Number(inputs["count"]);
  return [
    ...(serving < count ? [`${serving} of ${count} Droplets of fleet ${name} serve.`] : []),
    ...(awaiting === ""
      ? []
      : [`Fleet ${name} has paused: to let it go on, set \`rollout.approved: "${awaiting}"\` and run \`pulumi up\`.`]),
  ];
}
