import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { serve, type PluginProcess } from "../../../provider/host/serve";
import type { World } from "../../../provider/world";
import { VirtualClock } from "../../../virtual/virtualClock";
import { toyProvider } from "../../protocol/toy";

const world: World = {
  clock: new VirtualClock(),
  random: () => 0,
  send: () => Promise.reject(new Error("unused")),
  probe: { http: () => Promise.resolve({ status: 200 }), tcp: () => Promise.resolve({ banner: "" }) },
};

/** A process that a test holds by its ends. */
function start() {
  const signals = new EventEmitter();
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const ends = {
    argv: ["node", "plugin", "127.0.0.1:1"],
    env: {},
    ...streams,
    on: signals.on.bind(signals),
    once: signals.once.bind(signals),
  };
  const served = serve(toyProvider(), world, ends as unknown as PluginProcess);
  return { signals, ...streams, served };
}

test.each(["SIGINT", "SIGTERM"])("ends on %s, having written nothing but its port", async (signal) => {
  const { signals, stdout, served } = start();
  const [line] = (await EventEmitter.once(stdout, "data")) as [Buffer];
  signals.emit(signal);
  await served;
  expect(line.toString()).toMatch(/^\d+\n$/);
  expect(stdout.read()).toBeNull();
});

test("ends when stdin does", async () => {
  const { stdin, stdout, served } = start();
  await EventEmitter.once(stdout, "data");
  stdin.end();
  await expect(served).resolves.toBeUndefined();
});

test("lives on after a rejection that nobody waited for, and writes it to stderr", async () => {
  const { signals, stdout, stderr, served } = start();
  await EventEmitter.once(stdout, "data");
  signals.emit("unhandledRejection", new Error("forgotten"));
  expect(String(stderr.read())).toContain("Unhandled: Error: forgotten");
  signals.emit("SIGINT");
  await served;
});
