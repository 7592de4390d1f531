import { CreateRequest, type CreateResponse } from "@pulumi/pulumi/proto/provider_pb";
import type { Fault } from "../../emulator/faults";
import { imagefleet } from "../../provider/imagefleet";
import { endpoint, VirtualService } from "../../virtual/virtualService";
import { bootableDisk } from "../helpers/bootableDisk";
import { ask, configure, connect, diff, struct, type Connection } from "./connection";

const regions = ["nyc3", "fra1"];

/** Two copies of one image are asked for while the service has a fault: what each operation says, and in which second. */
async function linesUnder(fault: Fault) {
  const service = new VirtualService(1, { fileAt: bootableDisk });
  const { clock } = service;
  const image = { name: "web", region: "ams3", url: "http://127.0.0.1:9/web.img", distribution: "Ubuntu" };
  const { image: made } = (await (await service.run(service.ask("POST", "/v2/images", image))).json()) as { image: { id: number } };
  await clock.advance(60_000);
  await service.run(service.ask("POST", "/_emulator/faults", fault));

  const connection = await connect(imagefleet(), {}, { clock, send: (request) => service.emulator.fetch(request) });
  await configure(connection, { token: service.token, apiEndpoint: endpoint });
  const { client } = connection;
  const urnOf = (region: string) => `urn:pulumi:dev::shop::imagefleet:index:ImageReplica::web-${region}`;
  const creates = regions.map((region) => {
    const request = new CreateRequest();
    request.setUrn(urnOf(region));
    request.setProperties(struct({ imageId: `${made.id}`, region, wait: true }));
    return ask<CreateRequest, unknown>(client, client.create.bind(client), request);
  });
  const { seconds, lines } = await linesUntil(Promise.allSettled(creates), connection);
  return {
    outcomes: await Promise.allSettled(creates),
    seconds,
    linesOf: (region: string) => lines.filter(({ urn }) => urn === urnOf(region)),
  };
}

interface SaidLine {
  readonly second: number;
  readonly urn: string;
  readonly text: string;
}

/** Moves time on until the operations have ended; tells the status lines, each with the second in which it was heard. */
async function linesUntil(operations: Promise<unknown>, { clock, heard }: Connection) {
  const [begun, before] = [clock.now(), heard.length];
  const lines: SaidLine[] = [];
  const state = { isRunning: true };
  const ended = operations.finally(() => (state.isRunning = false));
  while (state.isRunning) {
    await clock.advance(1_000);
    // What is said crosses a socket.
    await new Promise((resolve) => setTimeout(resolve, 3));
    const second = (clock.now() - begun) / 1_000;
    const fresh = heard.slice(before + lines.length);
    lines.push(...fresh.map(({ kind, urn, text }) => ({ second, urn: kind === "info*" ? urn : "", text })));
  }
  await ended;
  return { seconds: (clock.now() - begun) / 1_000, lines };
}

function longestSilence(lines: readonly { readonly second: number }[], until: number): number {
  const said = [0, ...lines.map(({ second }) => second), until];
  return Math.max(...said.slice(1).map((second, at) => second - said[at]!));
}

test("an operation that the rate limit holds up says so every 30 s, and for how long yet", async () => {
  const transfer = { on: "request", method: "POST", path: "/v2/images/:id/actions" } as const;
  const { outcomes, seconds, linesOf } = await linesUnder({ ...transfer, status: 429, retryAfterSeconds: 1_200 });
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  expect(seconds).toBeGreaterThan(1_200);
  for (const region of regions) expect(longestSilence(linesOf(region), seconds)).toBeLessThanOrEqual(32);
  const [first, second] = regions.map((region) => linesOf(region).map(({ text }) => text));
  expect(first).toContainEqual(expect.stringMatching(/^waiting for the rate limit of the API \(10 min \d+ s, \d+ min \d+ s left\)$/));
  expect(second).toContainEqual(expect.stringMatching(/^waiting for other copies of the image to be asked for \(10 min \d+ s\)$/));
});

test("an operation whose requests fail says every 30 s what it tries again", async () => {
  const { outcomes, seconds, linesOf } = await linesUnder({ on: "request", method: "GET", status: 503, retryAfterSeconds: 200, times: 20 });
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  for (const region of regions) {
    expect(longestSilence(linesOf(region), seconds)).toBeLessThanOrEqual(32);
    expect(linesOf(region)[0]!.text).toBe("waiting for another try of GET /v2/account, which got status 503 (30 s, 2 min 50 s left)");
  }
});

/** The answer of a web server that has the file, whole or in part. */
function served(file: Buffer, { method, headers }: Request): Response {
  const [, from = "0", to = `${file.length - 1}`] = /^bytes=(\d+)-(\d+)?$/.exec(headers.get("range") ?? "") ?? [];
  const part = file.subarray(Number(from), Number(to) + 1);
  const told = { "content-length": `${part.length}`, "content-range": `bytes ${from}-${Number(from) + part.length - 1}/${file.length}` };
  return new Response(method === "HEAD" ? null : new Uint8Array(part), { status: headers.has("range") ? 206 : 200, headers: told });
}

test("in a pipeline's log a resource has a line every 30 s at most, which tells what it does, for how long, and how long that usually takes", async () => {
  const service = new VirtualService(1, { fileAt: bootableDisk, options: { importSeconds: 95, transferSeconds: 150 } });
  const send = (request: Request) =>
    request.url.startsWith(`${endpoint}/`) ? service.emulator.fetch(request) : Promise.resolve(served(bootableDisk(request.url), request));
  /** A run of the engine has a process of its own. */
  const begin = async () => {
    const connection = await connect(imagefleet(), { CI: "true" }, { clock: service.clock, send });
    await configure(connection, { token: service.token, apiEndpoint: endpoint });
    return connection;
  };
  const urn = "urn:pulumi:dev::shop::imagefleet:index:ImageImport::web";
  const sourceOf = (version: number) => ({ name: "web", region: "nyc3", source: { url: `http://127.0.0.1:9/web-${version}.img` } });
  const create = async (connection: Connection, of: string, inputs: Parameters<typeof struct>[0]) => {
    const { client } = connection;
    const request = new CreateRequest().setUrn(of).setProperties(struct(inputs));
    const made = ask<CreateRequest, CreateResponse>(client, client.create.bind(client), request);
    const { lines } = await linesUntil(made, connection);
    return { made: await made, lines: lines.filter((line) => line.urn === of) };
  };

  const first = await create(await begin(), urn, sourceOf(1));
  const id = first.made.getId();
  const { importSeconds } = first.made.getProperties()?.toJavaScript() as { readonly importSeconds: number };
  expect(importSeconds - 95).toBeGreaterThanOrEqual(0);
  expect(importSeconds - 95).toBeLessThan(5);
  expect(first.lines.map(({ text }) => text)).toEqual(
    [30, 60, 90].map(() => expect.stringMatching(/^importing image \d+, (1 min )?\d+ s$/) as string),
  );

  const olds = first.made.getProperties()?.toJavaScript() as Parameters<typeof struct>[0];
  const run = await begin();
  const change = await diff(run, { id, urn, olds, oldInputs: sourceOf(1), news: sourceOf(2) });
  expect(change).toMatchObject({ replaces: ["source"] });
  const second = await create(run, urn, sourceOf(2));
  expect(second.lines.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^importing image \d+, 1 min \d+ s of about 1 min 3\d s$/),
  );

  const imageId = second.made.getId();
  const replica = (region: string) => `urn:pulumi:dev::shop::imagefleet:index:ImageReplica::web-${region}`;
  const early = await create(run, replica("ams3"), { imageId, region: "ams3", wait: true });
  const late = await create(run, replica("fra1"), { imageId, region: "fra1", wait: true });
  expect(late.lines.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^copying image \d+, 2 of 3 regions, 1 min \d+ s of about 2 min 30 s$/),
  );

  for (const { lines } of [first, second, early, late]) {
    const seconds = [0, ...lines.map(({ second: at }) => at)];
    const pauses = seconds.slice(1).map((at, index) => at - seconds[index]!);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(45);
  }
});
