import { open } from "node:fs/promises";
import type { Files, OpenFile } from "../../provider/source/bytes/localFile";
import type { VirtualClock } from "../../virtual/virtualClock";

/** Real files for a program on virtual time, which stands still while they are read. They close when the program's life ends. */
export function filesOutsideTime(clock: VirtualClock, life?: AbortSignal): Files {
  return {
    async open(path) {
      const file = await clock.outside(open(path));
      life?.addEventListener("abort", () => void file.close());
      return {
        stat: (options) => clock.outside(file.stat(options)),
        read: (...args) => clock.outside(file.read(...args)),
        close: () => clock.outside(file.close()),
      } satisfies OpenFile;
    },
  };
}
