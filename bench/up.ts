import { startCloud } from "./cloud";
import { median } from "./median";
import { home, otherRegions } from "./rehearsal";
import { atMost, rounded, type Measured, type Row, type Target } from "./row";
import { compiledProject, inFolder, openStack, unasked } from "./stack";

/** How long things take at the emulator, in seconds: long enough that the engine's own second or two doesn't decide. */
const durations = { import: 5, transfer: 20, droplet: 5 };

/** The rows that hold a promise are the median of so many runs; the others, there to see the trend, of one. */
const promisedRuns = 3;

const cases: readonly { readonly regions: number; readonly parallel?: number; readonly target?: Target }[] = [
  { regions: 10, parallel: 2, target: atMost(1.1) },
  { regions: 15, parallel: 1, target: atMost(1.1) },
  ...[1, 2, undefined].flatMap((parallel) => [1, 5, 10, 15].map((regions) => ({ regions, parallel }))),
];

/** What `pulumi up` takes for an image, its copies and a Droplet, over what it can't be quicker than. */
export const upRows: readonly Row[] = cases
  .filter(({ regions, parallel }, at) => cases.findIndex((one) => one.regions === regions && one.parallel === parallel) === at)
  .map(({ regions, parallel, target }) => ({
    id: `up.regions${regions}.parallel${parallel ?? "Default"}`,
    unit: "ratio",
    target,
    measure: () => makespan(regions, parallel, target === undefined ? 1 : promisedRuns),
  }));

/** The way that nothing makes shorter: import, slowest copy (none where there is only the home region), Droplet. */
export function criticalPath(regions: number): readonly number[] {
  return [durations.import, ...(regions > 1 ? [durations.transfer] : []), durations.droplet];
}

/**
 * The same of the official provider 4.80, which was not run here: it copies to one region after the other and asks after each
 * thing 10, 13, 19 and 29 s after it began and every 10 s from then on, as was observed. Its import is taken as noticed at once.
 */
export const modelRows: readonly Row[] = [1, 5, 10, 15].map((regions) => {
  const steps = [durations.import, ...Array<number>(regions - 1).fill(noticed(durations.transfer)), noticed(durations.droplet)];
  const value = sum(steps) / sum(criticalPath(regions));
  const note = `MODEL of the official provider's serial schedule: ${sum(steps)} s over ${criticalPath(regions).join(" + ")} s`;
  return { id: `model.official.regions${regions}`, unit: "ratio", measure: () => Promise.resolve({ value, note }) };
});

function noticed(seconds: number): number {
  const polls = [10, 13, 19];
  return polls.find((at) => at >= seconds) ?? 29 + 10 * Math.max(0, Math.ceil((seconds - 29) / 10));
}

async function makespan(count: number, parallel: number | undefined, runs: number): Promise<Measured> {
  const made: { readonly took: number; readonly unchanged: number }[] = [];
  for (let run = 0; run < runs; run += 1) made.push(await runUp(count, parallel));
  const took = median(made.map((run) => run.took));
  const unchanged = median(made.map((run) => run.unchanged));
  const path = criticalPath(count);
  const value = median(made.map((run) => (run.took - run.unchanged) / sum(path)));
  const of = runs === 1 ? "1 run" : `median of ${runs} runs`;
  return { value, note: `${rounded(took)} s less ${rounded(unchanged)} s with nothing to change, over ${path.join(" + ")} s; ${of}` };
}

function runUp(count: number, parallel: number | undefined): Promise<{ readonly took: number; readonly unchanged: number }> {
  return inFolder(async (folder) => {
    const options = { importSeconds: durations.import, transferSeconds: durations.transfer, dropletSeconds: durations.droplet };
    const cloud = await startCloud(options);
    try {
      const project = await compiledProject(folder, "bench", "programs/service");
      const regions = JSON.stringify([home, ...otherRegions].slice(0, count));
      const config = { regions, url: cloud.imageUrl, sshKey: cloud.sshKey };
      const stack = await openStack({ project, name: "bench", folder, config, cloud });
      const up = ["up", ...unasked, ...(parallel === undefined ? [] : ["--parallel", String(parallel)])];
      const took = await stack.time(up);
      const unchanged: number[] = [];
      for (let run = 0; run < 3; run += 1) unchanged.push(await stack.time([...up, "--expect-no-changes"]));
      return { took, unchanged: median(unchanged) };
    } finally {
      await cloud.close();
    }
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
