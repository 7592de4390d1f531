import type { Step } from "./step";

/** When a step is done again that shows no effect, in milliseconds: lists may be slow to show it. */
const repeatPause = 5_000;

/** Remembers when the steps of the plan were done, for as long as the plan has them. */
export class DueSteps {
  /** By step, `-Infinity` where it could not be done. */
  #doneAt: ReadonlyMap<string, number> = new Map();

  /** Those that the plan has only now; after a look, those that could not be done or have shown no effect for a while, too. */
  of(steps: readonly Step[], looked: boolean, now: number): readonly Step[] {
    return steps.filter((step) => this.isNew(step) || (looked && now - this.#at(step, now) >= repeatPause));
  }

  isNew(step: Step): boolean {
    return !this.#doneAt.has(JSON.stringify(step));
  }

  /** Takes in what has become of the steps that were due; forgets those that are planned no longer. */
  record(steps: readonly Step[], due: readonly Step[], failed: readonly Step[], now: number): void {
    const at = (step: Step): number => (failed.includes(step) ? -Infinity : due.includes(step) ? now : this.#at(step, now));
    this.#doneAt = new Map(steps.map((step) => [JSON.stringify(step), at(step)]));
  }

  #at(step: Step, now: number): number {
    return this.#doneAt.get(JSON.stringify(step)) ?? now;
  }
}
