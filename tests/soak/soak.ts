import type { Fault } from "../../emulator/faults";
import { simulate, type SimulatedProcess, type Simulation } from "../helpers/simulation";
import { importUrn, PlayedEngine, replicaUrn, type Kept } from "./playedEngine";
import { trialOf, type Trial, type Upset, type UpsetRun, type WantedImage } from "./trial";
import { violationsOf } from "./violations";

/** What is kept of one `up` of a trial, for the verdict. */
export interface PlayedRun {
  /** Where in the emulator's log its requests begin, those after its refresh, and where they end. */
  readonly requests: { readonly from: number; readonly up: number; readonly to: number };
  /** Ids of the images that were wholly there, as far as the state knew, when the refresh had ended. */
  readonly finished: readonly string[];
  /** What failed; undefined where the provider's process was killed. */
  readonly errors: readonly Error[] | undefined;
  /** Timers of the provider that were left. */
  readonly timers: number;
  /** Whether the clock was set forward meanwhile: then the process can't know how much of a minute has passed. */
  readonly clockSetForward: boolean;
  /** Milliseconds from Ctrl-C to the end, where there was one. */
  readonly interruptedFor: number | undefined;
}

/** All that the verdict on a trial needs. */
export interface PlayedTrial {
  readonly trial: Trial;
  readonly simulation: Simulation;
  readonly engine: PlayedEngine;
  readonly runs: readonly PlayedRun[];
  /** The faults that have not struck as often as they might have. */
  readonly unspent: readonly (Fault & { readonly left: number })[];
}

const quiet: UpsetRun = { pause: 60, refresh: false, upset: { kind: "none" } };

/** Plays the trial of a seed, and returns what then does not hold, one sentence each. */
export async function soak(seed: number): Promise<readonly string[]> {
  return violationsOf(await play(seed));
}

/**
 * Plays the trial of a seed on virtual time: its upset runs, quiet ones until all is there, then without faults one with nothing to do
 * and one that refreshes.
 */
export async function play(seed: number): Promise<PlayedTrial> {
  const trial = trialOf(seed);
  const simulation = simulate(seed);
  const engine = new PlayedEngine();
  await simulation.options(trial.options);
  for (const fault of trial.faults) await simulation.fault(fault);
  const runs: PlayedRun[] = [];
  const next = async (settings: UpsetRun): Promise<void> => {
    await simulation.clock.advance(settings.pause * 1_000);
    runs.push(await run(simulation, engine, trial, settings));
  };
  for (const upset of trial.upsets) await next(upset);
  const most = trial.faults.reduce((sum, { times = 1 }) => sum + times, 12);
  for (let count = 0; count < most && !isThere(trial, engine); count += 1) {
    await next({ ...quiet, pause: runs.at(-1)?.errors?.length === 0 ? 600 : quiet.pause });
  }
  const { faults: unspent } = (await simulation.ask("GET", "/_emulator/faults")) as { faults: PlayedTrial["unspent"] };
  await simulation.ask("DELETE", "/_emulator/faults");
  await next(quiet);
  await next({ ...quiet, refresh: true });
  return { trial, simulation, engine, runs, unspent };
}

async function run(simulation: Simulation, engine: PlayedEngine, trial: Trial, settings: UpsetRun): Promise<PlayedRun> {
  const { parallel, continueOnError, images } = trial;
  const { clock, emulator } = simulation;
  const process = simulation.restart();
  const at = (): number => emulator.requests.list().length;
  const requests = { from: at(), up: at(), to: at() };
  const life: { over: boolean; interruptedAt?: number } = { over: false };
  let finished: readonly string[] = [];
  const work = async (): Promise<readonly Error[]> => {
    const options = { parallel, continueOnError, timeLimit: settings.timeLimit };
    const failed = settings.refresh ? await engine.refresh(process, options) : [];
    if (failed.length > 0) return failed;
    requests.up = at();
    finished = images.filter((image) => isImageThere(image, engine.state)).map(({ name }) => engine.state.get(importUrn(name))?.id ?? "");
    return engine.up(images, process, options);
  };

  const interrupt = (): void => {
    life.interruptedAt = clock.now();
    engine.interrupt();
  };
  for (const [after, happen] of eventsOf(settings.upset, process, simulation, interrupt)) {
    void clock.sleep(after * 1_000).then(() => life.over || happen());
  }
  const errors = await simulation.run(Promise.race([work(), process.dead.then(() => undefined)]));
  life.over = true;
  simulation.offline = false;
  const interruptedFor = life.interruptedAt === undefined ? undefined : clock.now() - life.interruptedAt;
  await clock.advance(0);
  requests.to = at();
  const clockSetForward = settings.upset.kind === "clockSet" && settings.upset.by > 0;
  return { requests, finished, errors, timers: process.timers, clockSetForward, interruptedFor };
}

/** What happens during a run, each so many seconds after its start. */
function eventsOf(
  upset: Upset,
  process: SimulatedProcess,
  simulation: Simulation,
  interrupt: () => void,
): readonly (readonly [number, () => void])[] {
  const network = (offline: boolean) => (): void => void (simulation.offline = offline);
  switch (upset.kind) {
    case "killed":
      return [[upset.after, () => process.kill()]];
    case "killedAtRequest":
      process.killAt(upset.request, upset.when);
      return [];
    case "offline":
      return [
        [upset.after, network(true)],
        [upset.after + upset.lasting, network(false)],
      ];
    case "clockSet":
      return [[upset.after, () => process.jump(upset.by * 1_000)]];
    case "interrupted":
      return [[upset.after, interrupt]];
    case "none":
      return [];
  }
}

function isThere({ images }: Trial, { state, owesDeletes }: PlayedEngine): boolean {
  return !owesDeletes && images.every((image) => isImageThere(image, state));
}

function isImageThere({ name, regions }: WantedImage, state: ReadonlyMap<string, Kept>): boolean {
  const kept = [importUrn(name), ...regions.map((region) => replicaUrn(name, region))].map((urn) => state.get(urn));
  return kept.every((one) => one?.outputs.status === "available" && !one.unfinished);
}
