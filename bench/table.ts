import { adoptRows } from "./adopt";
import { fleetRows } from "./fleets";
import { inspectRows } from "./inspect";
import { previewRows } from "./preview";
import { providerRows } from "./provider";
import type { Row } from "./row";
import { shareRows } from "./share";
import { modelRows, upRows } from "./up";
import { uploadRows } from "./upload";
import { watchingRows } from "./watching";

/** Every row, in the order in which they run and are printed. */
export const rows: readonly Row[] = [
  ...upRows,
  ...modelRows,
  ...watchingRows,
  ...fleetRows,
  ...providerRows,
  ...previewRows,
  ...adoptRows,
  ...shareRows,
  ...uploadRows,
  ...inspectRows,
];
