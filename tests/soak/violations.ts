import type { Fault } from "../../emulator/faults";
import type { LoggedRequest } from "../../emulator/requestLog";
import type { ActionWire, ImageWire } from "../../provider/api/wire";
import type { Simulation } from "../helpers/simulation";
import { importUrn, replicaUrn, type PlayedEngine } from "./playedEngine";
import type { PlayedRun, PlayedTrial } from "./soak";
import type { Trial, WantedImage } from "./trial";

/** The service after a trial. */
interface Truth {
  /** Those that a state can stand for. */
  readonly images: readonly ImageWire[];
  /** How many a killed run had ended, but no state was stored: that such a one stays is accepted. */
  readonly orphans: number;
  readonly transfers: readonly ActionWire[];
  readonly log: readonly LoggedRequest[];
  /** How often faults of a kind have struck. */
  readonly struck: (kind: (fault: Fault) => boolean) => number;
}

/** What does not hold after a trial, one sentence each; its last two runs had nothing to do, the last but for a refresh. */
export async function violationsOf(played: PlayedTrial): Promise<readonly string[]> {
  const { trial, engine, runs } = played;
  const truth = await truthOf(played);
  return [
    ...trial.images.flatMap((image) => wrongAbout(image, engine, truth)),
    ...wrongInAll(trial, truth),
    ...runs.flatMap((run, at) => wrongIn(run, truth.log).map((sentence) => `Run ${at + 1}: ${sentence}`)),
    ...wrongAtTheEnd(trial, runs),
  ];
}

async function truthOf({ trial, simulation, unspent, engine, runs }: PlayedTrial): Promise<Truth> {
  const log = [...simulation.emulator.requests.list()];
  const struck: Truth["struck"] = (kind) => {
    const left = unspent.filter(kind).reduce((sum, fault) => sum + fault.left, 0);
    return trial.faults.filter(kind).reduce((sum, { times = 1 }) => sum + times, 0) - left;
  };
  // Whatever was asked for in vain by a killed run, or is still under way unasked, is over by then.
  await simulation.clock.advance(7_200_000);
  const all = await listAll<ImageWire>(simulation, "images", "private=true&");
  const stored = new Set([...engine.state.values()].map(({ id }) => id));
  const ended = runs.filter(({ errors }) => errors === undefined).flatMap(({ requests }) => log.slice(requests.from, requests.to));
  const hasEnded = (lineage: string): boolean => ended.some(({ method, path }) => method === "DELETE" && isBegunOf(path, lineage));
  const images = all.filter(({ id, tags }) => stored.has(String(id)) || !tags?.some((tag) => hasEnded(tag)));
  const actions = await listAll<ActionWire>(simulation, "actions", "");
  return { images, orphans: all.length - images.length, log, struck, transfers: actions.filter(({ type }) => type === "transfer") };
}

function isBegunOf(path: string, lineage: string): boolean {
  const [, id] = /^imagefleet:lineage:(.+)$/.exec(lineage) ?? [];
  return id !== undefined && path.startsWith("/v2/tags/imagefleet:begun:") && path.endsWith(`:${id}`);
}

async function listAll<Wire>(simulation: Simulation, key: string, query: string): Promise<readonly Wire[]> {
  const things: Wire[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await simulation.ask("GET", `/v2/${key}?${query}per_page=200&page=${page}`);
    things.push(...(answer[key] as readonly Wire[]));
    if (things.length >= (answer.meta as { readonly total: number }).total) return things;
  }
}

/** One image, its copies, and what the state says of them. */
function wrongAbout({ name, regions }: WantedImage, { state }: PlayedEngine, { images, transfers }: Truth): readonly string[] {
  const mine = images.filter((image) => image.name === name);
  const [image] = mine;
  if (image === undefined || mine.length > 1) return [`${name} exists ${mine.length} times.`];
  const wrong: string[] = [];
  const demand = (holds: boolean, sentence: string): void => {
    if (!holds) wrong.push(`${name}: ${sentence}`);
  };
  const { id, outputs } = state.get(importUrn(name)) ?? {};
  demand(image.status === "available", `the image is ${image.status}.`);
  demand(id === String(image.id) && outputs?.imageId === id, `the state says image ${id}, it is ${image.id}.`);
  demand(outputs?.status === "available", `the state says that the import is ${String(outputs?.status)}.`);
  demand(
    sorted([outputs?.correlationTag, outputs?.lineageTag, outputs?.ownerTag]) === sorted(image.tags ?? []),
    `its marks are ${sorted(image.tags ?? [])}.`,
  );
  demand(sorted(image.regions ?? []) === sorted(regions), `it is in ${sorted(image.regions ?? [])}, not in ${sorted(regions)}.`);
  for (const [at, region] of regions.entries()) {
    const replica = state.get(replicaUrn(name, region));
    demand(replica?.id === `${image.id}/${region}`, `the state says replica ${replica?.id} for ${region}.`);
    demand(replica?.outputs.status === "available", `the state says that the copy in ${region} is ${String(replica?.outputs.status)}.`);
    const own = transfers.filter(({ resource_id, region_slug }) => resource_id === image.id && region_slug === region);
    const completed = own.filter(({ status }) => status === "completed").length;
    demand(completed === (at === 0 ? 0 : 1), `${completed} transfers to ${region} completed.`);
    demand(
      own.every(({ status }) => status !== "in-progress"),
      `a transfer to ${region} still runs.`,
    );
  }
  return wrong;
}

/** Imports, transfers and refusals, counted against the faults that account for them. */
function wrongInAll({ images }: Trial, { log, orphans, transfers, struck }: Truth): readonly string[] {
  const wrong: string[] = [];
  const imports = log.filter(({ method, path, status }) => method === "POST" && path === "/v2/images" && status === 202).length;
  const failedImports = struck(({ on }) => on === "import");
  if (imports > images.length + failedImports + orphans)
    wrong.push(`${imports} imports for ${images.length} images, of which ${failedImports} failed.`);
  const errored = transfers.filter(({ status }) => status === "errored").length;
  const meantToFail = struck((fault) => fault.on === "transfer" && fault.fails === true);
  if (errored > meantToFail) wrong.push(`${errored} transfers errored, ${meantToFail} were meant to.`);
  const refused = log.filter(({ method, path, status }) => method === "POST" && path.endsWith("/actions") && status === 422).length;
  // One that arrives after its sender gave it up may find that a second one has done its work.
  const accounted = struck((fault) => fault.on === "request" && (fault.status === 422 || (fault.delaySeconds ?? 0) > 5));
  if (refused > accounted) wrong.push(`${refused} transfers were refused, ${accounted} were meant to be.`);
  return wrong;
}

function wrongIn(
  { requests, finished, errors, timers, clockSetForward, interruptedFor }: PlayedRun,
  log: readonly LoggedRequest[],
): readonly string[] {
  const wrong: string[] = [];
  const asked = log.slice(requests.up, requests.to);
  // The delete of what an image has replaced looks at all of their history.
  const looksBack = asked.some(({ query }) => query?.["tag_name"]?.startsWith("imagefleet:lineage:"));
  for (const { method, path } of asked) {
    const isLook = method === "GET" && looksBack;
    if (!isLook && finished.some((id) => path.startsWith(`/v2/images/${id}`))) wrong.push(`${method} ${path} for a finished image.`);
  }
  if (errors !== undefined && timers !== 0) wrong.push(`${timers} timers are left.`);
  if ((interruptedFor ?? 0) > 5_000) wrong.push(`it ended ${interruptedFor} ms after Ctrl-C.`);
  if (clockSetForward) return wrong;
  const times = log.slice(requests.from, requests.to).map(({ at }) => at);
  for (const [most, window] of [
    [250, 60_000],
    [5_000, 3_600_000],
  ] as const) {
    if (times.some((at, index) => (times[index + most] ?? Infinity) < at + window))
      wrong.push(`more than ${most} requests in ${window} ms.`);
  }
  return wrong;
}

function wrongAtTheEnd({ images }: Trial, runs: readonly PlayedRun[]): readonly string[] {
  const [idle, refreshed] = runs.slice(-2);
  const spent = [idle, refreshed].map((run) => (run === undefined ? NaN : run.requests.to - run.requests.from));
  const wrong = [idle, refreshed]
    .flatMap((run) => run?.errors ?? [new Error("it was killed.")])
    .map(({ message }) => `The end: ${message}`);
  if (spent[0] !== 0) wrong.push(`${spent[0]} requests with nothing to do.`);
  if (spent[1] !== images.length) wrong.push(`${spent[1]} requests to refresh ${images.length} images.`);
  return wrong;
}

function sorted(words: readonly unknown[]): string {
  return words.map(String).sort().join(", ");
}
