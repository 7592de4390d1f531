import type { Scheduler } from "./scheduler";
import type { EmulatedClock } from "./clock";
import type { Faults } from "./faults";
import type { Ids } from "./ids";
import type { ImageHost } from "./importer";
import type { Network } from "./network";
import type { EmulatorOptions } from "./options";
import type { ImageRow } from "./routes/images";
import type { Workloads } from "./workloads";

/** The parts of the emulated service that all teams share, and what connects it to the outside. */
export interface Cloud {
  readonly clock: EmulatedClock;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly ids: Ids;
  readonly network: Network;
  readonly publicImages: readonly ImageRow[];
  readonly source: ImageHost;
  readonly workloads: Workloads;
  options: EmulatorOptions;
}
