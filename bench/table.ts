import { adoptRows } from "./adopt";
import { fleetRows } from "./fleets";
import { inspectRows } from "./inspect";
import { installRows } from "./install";
import { previewRows } from "./preview";
import type { Row } from "./row";
import { serviceRows } from "./service";
import { shareRows } from "./share";
import { startingRows } from "./starting";
import { modelRows, upRows } from "./up";
import { uploadRows } from "./upload";
import { waitingRows } from "./waiting";
import { watchingRows } from "./watching";

/** Every row, in the order in which they run and are printed. */
export const rows: readonly Row[] = [
  ...upRows,
  ...modelRows,
  ...watchingRows,
  ...fleetRows,
  ...startingRows,
  ...waitingRows,
  ...previewRows,
  ...installRows,
  ...adoptRows,
  ...serviceRows,
  ...shareRows,
  ...uploadRows,
  ...inspectRows,
];
