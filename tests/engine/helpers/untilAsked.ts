import { setTimeout as delay } from "node:timers/promises";
import type { LoggedRequest } from "../../../emulator/requestLog";
import type { EmulatorUnderTest } from "../../helpers/emulator";

/** What asks: a command of the engine, or anything else that ends. */
export interface Asking {
  readonly ended: Promise<object>;
}

/** Resolves when the emulator's log fulfils a condition; rejects with its output if the command ends before. */
export async function untilAsked(
  { emulator }: { readonly emulator: EmulatorUnderTest },
  { ended }: Asking,
  holds: (requests: readonly LoggedRequest[]) => boolean,
): Promise<void> {
  const life: { end?: object } = {};
  void ended.then((end) => (life.end = end));
  while (!holds(await emulator.requests())) {
    if (life.end !== undefined) throw new Error(`The command ended before:\n${Object.values(life.end).join("\n")}`);
    await delay(20);
  }
}
