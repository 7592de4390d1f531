import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { credentials } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ask } from "./connection";

const executable = path.resolve(__dirname, "../../bin/pulumi-resource-imagefleet");
const running: ChildProcessWithoutNullStreams[] = [];
afterEach(() => running.splice(0).forEach((plugin) => plugin.kill("SIGKILL")));

/** Starts the plugin as the engine does; resolves with the first line that it prints. */
async function start() {
  const plugin = spawn(executable, ["-v=9", "127.0.0.1:1"], { env: { PATH: process.env["PATH"] } });
  running.push(plugin);
  let stdout = "";
  plugin.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  let stderr = "";
  plugin.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await Promise.race([once(plugin.stdout, "data"), once(plugin, "exit").then(() => Promise.reject(new Error(stderr)))]);
  return { plugin, written: () => stdout, ended: once(plugin, "exit") as Promise<[number | null, string | null]> };
}

test("prints its port and nothing else, answers there, and ends at once on SIGINT", async () => {
  const { plugin, written, ended } = await start();
  expect(written()).toMatch(/^\d+\n$/);
  const client = new ResourceProviderClient(`127.0.0.1:${written().trim()}`, credentials.createInsecure());
  const info = await ask<Empty, PluginInfo>(client, client.getPluginInfo.bind(client), new Empty());
  client.close();
  expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+/);
  const before = performance.now();
  plugin.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  expect(performance.now() - before).toBeLessThan(1000);
  expect(written()).toMatch(/^\d+\n$/);
});

test("ends when the engine that held its stdin is gone", async () => {
  const { plugin, ended } = await start();
  plugin.stdin.end();
  expect(await ended).toEqual([0, null]);
});

test("ends on SIGTERM", async () => {
  const { plugin, ended } = await start();
  plugin.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});
