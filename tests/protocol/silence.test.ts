import { CreateRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { Fault } from "../../emulator/faults";
import { imagefleet } from "../../provider/imagefleet";
import { endpoint, VirtualService } from "../../virtual/virtualService";
import { bootableDisk } from "../helpers/bootableDisk";
import { ask, configure, connect, struct } from "./connection";

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
  const begun = clock.now();
  const lines: { readonly second: number; readonly urn: string; readonly text: string }[] = [];
  const state = { isRunning: true };
  const ended = Promise.allSettled(creates).finally(() => (state.isRunning = false));
  while (state.isRunning) {
    await clock.advance(1_000);
    // What is said crosses a socket.
    await new Promise((resolve) => setTimeout(resolve, 3));
    const second = (clock.now() - begun) / 1_000;
    lines.push(...connection.heard.slice(lines.length).map(({ urn, text }) => ({ second, urn, text })));
  }
  const seconds = (clock.now() - begun) / 1_000;
  return { outcomes: await ended, seconds, linesOf: (region: string) => lines.filter(({ urn }) => urn === urnOf(region)) };
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
