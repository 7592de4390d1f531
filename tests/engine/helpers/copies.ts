import { readdir, readFile } from "node:fs/promises";
import type { EmulatorOptions } from "../../../emulator/options";
import type { LoggedRequest } from "../../../emulator/requestLog";
import type { Running } from "../../helpers/engine";
import { kindOf, useService, type Service } from "./service";
import { untilAsked } from "./untilAsked";

export const transfer = "POST /v2/images/:id/actions";

/** A stack of `programs/copies`, and the image that it copies: there from the start, in nyc3. */
export interface Copying extends Service {
  readonly image: never;
  readonly imageId: string;
  /** Says what the next `up` is to lead to. */
  readonly wantCopies: (regions: readonly string[], waitFor?: "home" | readonly string[]) => Promise<void>;
}

/** Copies take an hour by the emulator's clock, unless told otherwise: until a test moves that, they run. */
export async function useCopies(options: Partial<EmulatorOptions> = {}): Promise<Copying> {
  const service = await useService({
    program: "dist/tests/engine/programs/copies",
    emulator: { transferSeconds: 3_600, ...options },
    seed: { images: [{ name: "golden", regions: ["nyc3"] }] },
  });
  const imageId = (await service.account()).images[0]?.id ?? "";
  return {
    ...service,
    image: undefined as never,
    imageId,
    wantCopies: (regions, waitFor) => service.stack.setConfig({ "copies:golden": { image: imageId, regions, waitFor } }),
  };
}

/** The regions that transfers were asked for, by slug: they are asked for at once. */
export function transferred(requests: readonly LoggedRequest[]): readonly string[] {
  return requests
    .filter((request) => kindOf(request) === transfer)
    .map(({ body }) => (body as { readonly region: string }).region)
    .sort();
}

/** The requests that an action makes. */
export async function requestsOf<T>({ emulator }: Service, action: () => Promise<T>): Promise<readonly [T, readonly LoggedRequest[]]> {
  const before = (await emulator.requests()).length;
  const result = await action();
  return [result, (await emulator.requests()).slice(before)];
}

/** Resolves when so many transfers have been asked for since the emulator's start; rejects with its output if the command ends before. */
export function untilTransferred(service: Service, up: Running, times: number): Promise<void> {
  return untilAsked(service, up, (requests) => transferred(requests).length >= times);
}

/** Process ids of the providers that an engine has started, as Linux tells them. */
export async function providersOf(enginePid: number): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
      const parent = /^\d+ \(.*\) \S (\d+)/s.exec(await read("stat"))?.[1];
      return parent === String(enginePid) && (await read("cmdline")).includes("pulumi-resource-imagefleet");
    }),
  );
  return pids.filter((_, at) => found[at]).map(Number);
}
