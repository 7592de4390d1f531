import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { serveFolder } from "../../../cli/demo/images";
import { throwawayPublicKey } from "../../../cli/demo/sshKey";
import type { EmulatorOptions } from "../../../emulator/options";
import type { LoggedRequest } from "../../../emulator/requestLog";
import type { Seed } from "../../../emulator/seed";
import { makeDiskImage } from "../../../local/diskImage/diskImage";
import { useEmulator, type EmulatorUnderTest } from "../../helpers/emulator";
import { useStack, type Stack, type StackOptions } from "../../helpers/engine";
import { accountOf, type Account } from "./account";
import { untilAsked, type Asking } from "./untilAsked";

/** What an image is made from. */
export interface Source {
  readonly url: string;
  readonly sha256?: string;
}

/** What the stack is to be. */
export interface Wanted {
  readonly source: Source;
  readonly regions: readonly string[];
  /** How many Droplets, by region. Default none. */
  readonly droplets?: Readonly<Record<string, number>>;
  /** Seconds that a new Droplet has for its gate. Default 60. */
  readonly deadlineSeconds?: number;
}

/** A stack on an emulator of its own, and images for it. */
export interface Service {
  readonly stack: Stack;
  readonly emulator: EmulatorUnderTest;
  /** Ids of the account's keys. */
  readonly sshKeys: readonly string[];
  /** Gone when the test file ends; what lies in it is served. */
  readonly folder: string;
  /** Makes a disk image and serves it. */
  readonly image: (version: string) => Promise<Source>;
  /** Serves a file that is not a disk image. */
  readonly garbage: () => Promise<Source>;
  /** Says what the next `up` of `programs/service` is to lead to. */
  readonly want: (wanted: Wanted) => Promise<void>;
  /** The kinds of the requests that change something, in order. */
  readonly writes: () => Promise<readonly string[]>;
  /** Resolves as soon as the emulator has got so many of these writes; rejects with its output if the command ends before. */
  readonly untilWritten: (asking: Asking, write: string, times?: number) => Promise<void>;
  /** What the team of the emulator's own token has. */
  readonly account: () => Promise<Account>;
}

export interface ServiceOptions extends Pick<StackOptions, "ownProcess"> {
  /** Default `dist/tests/engine/programs/service`. */
  readonly program?: string;
  /** Default: everything takes half a second, and no limit of a minute is met by what takes an hour elsewhere. */
  readonly emulator?: Partial<EmulatorOptions>;
  readonly seed?: Seed;
}

const brisk = { importSeconds: 0.5, transferSeconds: 0.5, dropletSeconds: 0.5, requestsPerMinute: 5_000 };
const ends: (() => Promise<void> | void)[] = [];

afterAll(async () => {
  const outcomes = await Promise.allSettled(ends.splice(0).map(async (end) => end()));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
});

/** Makes an empty stack, with an emulator that lasts as long as the test file. */
export async function useService({
  program = "dist/tests/engine/programs/service",
  ownProcess,
  ...options
}: ServiceOptions = {}): Promise<Service> {
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-images-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const server = await serveFolder(folder);
  ends.push(() => server.close());
  const emulator = await useEmulator({
    seed: { sshKeys: [{ name: "operator", publicKey: throwawayPublicKey() }], ...options.seed },
    options: { ...brisk, ...options.emulator },
  });
  ends.push(() => emulator.close());
  const keys = await emulator.call<{ readonly ssh_keys: readonly { readonly id: number }[] }>("GET", "/v2/account/keys");
  const sshKeys = keys.body.ssh_keys.map(({ id }) => String(id));
  const stack = await useStack({ program, ownProcess, env: { DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url } });

  const writes = async () => (await emulator.requests()).filter(({ method }) => method !== "GET").map(kindOf);

  return {
    stack,
    emulator,
    sshKeys,
    folder,
    image: async (version) => {
      const { sha256 } = await makeDiskImage(path.join(folder, version), version);
      return { url: `${server.url}/${version}`, sha256 };
    },
    garbage: async () => {
      await writeFile(path.join(folder, "garbage"), "not a disk image");
      return { url: `${server.url}/garbage` };
    },
    want: ({ source, regions, droplets = {}, deadlineSeconds = 60 }) => {
      const gate = { http: { port: 8080, path: "/" }, successThreshold: 1, intervalSeconds: 0.2, deadlineSeconds };
      const rollout = { drainSeconds: 0, shutdownSeconds: 2 };
      const fleets = Object.entries(droplets).map(([region, count]) => {
        return [`web-${region}`, { region, count, size: "s-1vcpu-1gb", sshKeys, gate, rollout }] as const;
      });
      return stack.setConfig({ "service:image": { source, regions }, "service:fleets": Object.fromEntries(fleets) });
    },
    writes,
    untilWritten: (asking, write, times = 1) =>
      untilAsked({ emulator }, asking, (requests) => requests.filter((request) => kindOf(request) === write).length >= times),
    account: () => accountOf(emulator),
  };
}

/** A request's method and route: `POST /v2/images/:id/actions`. */
export function kindOf({ method, path: route }: LoggedRequest): string {
  return `${method} ${route.replace(/\/[\d.]+(?=\/|$)/g, "/:id").replace(/\/tags\/[^/]+/, "/tags/:name")}`;
}
