import type { Agenda } from "./agenda";
import type { EmulatedClock } from "./clock";
import type { Faults } from "./faults";
import type { Ids } from "./ids";
import type { ImageSource } from "./importer";
import type { Network } from "./network";
import type { EmulatorOptions } from "./options";
import type { ImageRow } from "./routes/images";
import type { Workloads } from "./workloads";

/** The emulated service: what is common to all teams, and its ties to the outside. */
export interface Cloud {
  readonly clock: EmulatedClock;
  readonly agenda: Agenda;
  readonly faults: Faults;
  readonly ids: Ids;
  readonly network: Network;
  readonly publicImages: readonly ImageRow[];
  readonly source: ImageSource;
  readonly workloads: Workloads;
  options: EmulatorOptions;
}
