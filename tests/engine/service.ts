import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { throwawayPublicKey } from "../../cli/demo/sshKey";
import type { EmulatorOptions } from "../../emulator/options";
import type { LoggedRequest } from "../../emulator/requestLog";
import type { Seed } from "../../emulator/seed";
import { makeDiskImage } from "../../local/diskImage/diskImage";
import { useEmulator, type EmulatorUnderTest } from "../helpers/emulator";
import { useStack, type ResourceState, type Result, type Stack } from "../helpers/engine";

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
  /** Serves a file that is no disk image. */
  readonly garbage: () => Promise<Source>;
  /** Says what the next `up` of `programs/service` is to lead to. */
  readonly want: (wanted: Wanted) => Promise<void>;
  /** Requests that change something, in order, ids left out: `POST /v2/images/:id/actions`. */
  readonly writes: () => Promise<readonly string[]>;
  /** Resolves as soon as the emulator has got so many of these writes. */
  readonly untilWritten: (write: string, times?: number) => Promise<void>;
  /** What the team of the emulator's own token has. */
  readonly account: () => Promise<Account>;
}

export interface Account {
  readonly images: readonly { readonly id: string; readonly regions: readonly string[] }[];
  /** By name. */
  readonly droplets: readonly DropletThere[];
  readonly tags: readonly string[];
}

export interface DropletThere {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** The image's number. */
  readonly image: string;
  /** Whether it carries the serving tag. */
  readonly serving: boolean;
}

export interface ServiceOptions {
  /** Default `tests/engine/programs/service`. */
  readonly program?: string;
  /** Default: everything takes half a second. */
  readonly emulator?: Partial<EmulatorOptions>;
  readonly seed?: Seed;
}

/** An account after `destroy`. */
export const nothing: Account = { images: [], droplets: [], tags: [] };

const ends: (() => Promise<void> | void)[] = [];

afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Makes an empty stack, with an emulator that lasts as long as the test file. */
export async function useService({ program = "tests/engine/programs/service", ...options }: ServiceOptions = {}): Promise<Service> {
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-images-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const server = await serveFolder(folder);
  ends.push(() => server.close());
  const emulator = await useEmulator({
    seed: { sshKeys: [{ name: "operator", publicKey: throwawayPublicKey() }], ...options.seed },
    options: { importSeconds: 0.5, transferSeconds: 0.5, dropletSeconds: 0.5, ...options.emulator },
  });
  ends.push(() => emulator.close());
  const keys = await emulator.call<{ readonly ssh_keys: readonly { readonly id: number }[] }>("GET", "/v2/account/keys");
  const sshKeys = keys.body.ssh_keys.map(({ id }) => String(id));
  const stack = await useStack({ program, env: { DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url } });

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
      const gate = { http: { port: 8080, path: "/" }, successes: 1, intervalSeconds: 0.2, deadlineSeconds };
      const rollout = { drainSeconds: 0, shutdownSeconds: 2 };
      const fleets = Object.entries(droplets).map(([region, count]) => {
        return [`web-${region}`, { region, count, size: "s-1vcpu-1gb", sshKeys, gate, rollout }] as const;
      });
      return stack.setConfig({ "service:image": { source, regions }, "service:fleets": Object.fromEntries(fleets) });
    },
    writes,
    untilWritten: async (write, times = 1) => {
      while ((await writes()).filter((kind) => kind === write).length < times) await delay(50);
    },
    account: () => accountOf(emulator),
  };
}

async function accountOf({ call }: EmulatorUnderTest): Promise<Account> {
  const list = async <Wire>(key: string, query = ""): Promise<readonly Wire[]> =>
    (await call<Readonly<Record<string, readonly Wire[]>>>("GET", `/v2/${key}?per_page=200${query}`)).body[key] ?? [];
  const [images, droplets, tags] = [
    await list<ImageWire>("images", "&private=true"),
    await list<DropletWire>("droplets"),
    await list<TagWire>("tags"),
  ];
  return {
    images: images.map(({ id, regions }) => ({ id: String(id), regions })),
    droplets: droplets
      .map(({ id, name, region, image, tags: carried }) => {
        const serving = carried.some((tag) => tag.startsWith("imagefleet:serving:"));
        return { id: String(id), name, region: region.slug, image: String(image.id), serving };
      })
      .sort((one, other) => one.name.localeCompare(other.name)),
    tags: tags.map(({ name }) => name),
  };
}

interface ImageWire {
  readonly id: number;
  readonly regions: readonly string[];
}

interface DropletWire {
  readonly id: number;
  readonly name: string;
  readonly region: { readonly slug: string };
  readonly image: { readonly id: number };
  readonly tags: readonly string[];
}

interface TagWire {
  readonly name: string;
}

/** What the state holds of the project's own resources, by type and name: `ImageReplica web-nyc3`, and `… (to be deleted)` for a replaced one. */
export async function stateOf(stack: Stack): Promise<Readonly<Record<string, Kept>>> {
  const { deployment } = await stack.state();
  const own = (deployment.resources ?? []).filter(({ custom, type }) => custom && type.startsWith("imagefleet:"));
  return Object.fromEntries(
    own.map(({ urn, id, outputs, initErrors, delete: replaced }) => {
      return [urn.replace(/^.*:index:(\w+)::/, "$1 ") + (replaced === true ? " (to be deleted)" : ""), { id, outputs, initErrors }];
    }),
  );
}

export type Kept = Pick<ResourceState, "id" | "outputs" | "initErrors">;

/** The status that each address answers on port 8080. */
export function answersOf(addresses: unknown): Promise<readonly number[]> {
  return Promise.all((addresses as readonly string[]).map(async (address) => (await fetch(`http://${address}:8080/`)).status));
}

/** What the engine says at the end of a command, by resource: each diagnostic as it is printed, lines joined. */
export function diagnosticsOf({ stdout }: Result): Readonly<Record<string, string>> {
  const block = /^Diagnostics:\n((?: .*\n|\n)*)/m.exec(stdout)?.[1] ?? "";
  const heads = [...block.matchAll(/^ {2}(\S.*):\n((?: {4}.*\n|\n)*)/gm)];
  return Object.fromEntries(heads.map(([, resource = "", text = ""]) => [resource, text.trim().replace(/\n\s+/g, "\n")]));
}

export function kindOf({ method, path: route }: LoggedRequest): string {
  return `${method} ${route.replace(/\/\d+/g, "/:id").replace(/\/tags\/[^/]+/, "/tags/:name")}`;
}

async function serveFolder(folder: string): Promise<{ readonly url: string; close(): void }> {
  const app = new Hono();
  app.use("/*", serveStatic({ root: folder }));
  const server = serve({ fetch: (request) => app.fetch(request), hostname: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}
