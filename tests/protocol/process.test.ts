import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { credentials } from "@grpc/grpc-js";
import { PluginAttach, type PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { CreateRequest, DeleteRequest } from "@pulumi/pulumi/proto/provider_pb";
import { struct, ask, configure, failureOf, fakeEngine, until } from "./connection";
import { useEmulator } from "../helpers/emulator";

const executable = path.resolve(__dirname, "../../bin/pulumi-resource-imagefleet");
const running: ChildProcessWithoutNullStreams[] = [];
afterEach(() => running.splice(0).forEach((plugin) => plugin.kill("SIGKILL")));

/** Starts the plugin as the engine does; resolves with the first line that it prints. */
async function start(args: readonly string[] = ["-v=9", "127.0.0.1:1"]) {
  const plugin = spawn(executable, args, { env: { PATH: process.env["PATH"] } });
  running.push(plugin);
  let stdout = "";
  plugin.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  let stderr = "";
  plugin.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await Promise.race([once(plugin.stdout, "data"), once(plugin, "exit").then(() => Promise.reject(new Error(stderr)))]);
  return { plugin, written: () => stdout, ended: once(plugin, "exit") as Promise<[number | null, string | null]> };
}

test("prints its port and nothing else, answers there, and ends on SIGINT", async () => {
  const { plugin, written, ended } = await start();
  expect(written()).toMatch(/^\d+\n$/);
  const client = new ResourceProviderClient(`127.0.0.1:${written().trim()}`, credentials.createInsecure());
  const info = await ask<Empty, PluginInfo>(client, client.getPluginInfo.bind(client), new Empty());
  client.close();
  expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+/);
  plugin.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  expect(written()).toMatch(/^\d+\n$/);
});

test("ends when the engine that held its stdin is gone", async () => {
  const { plugin, ended } = await start();
  plugin.stdin.end();
  expect(await ended).toEqual([0, null]);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s lets a create answer with what it has begun, and the engine's Cancel then ends the process",
  async (signal) => {
    const emulator = await useEmulator({ options: { importSeconds: 3_600 } });
    const image = { name: "web", region: "ams3", url: "http://127.0.0.1:9/web.img", distribution: "Ubuntu" };
    const { body } = await emulator.call<{ readonly image: { readonly id: number } }>("POST", "/v2/images", image);
    const imageId = `${body.image.id}`;
    const { plugin, written, ended } = await start();
    const client = new ResourceProviderClient(`127.0.0.1:${written().trim()}`, credentials.createInsecure());
    await configure({ client }, { token: emulator.token, apiEndpoint: emulator.url });
    const request = new CreateRequest();
    request.setUrn("urn:pulumi:dev::shop::imagefleet:index:ImageReplica::web");
    request.setProperties(struct({ imageId, region: "nyc3", wait: true }));
    const failed = failureOf(ask<CreateRequest, unknown>(client, client.create.bind(client), request));
    const isAsked = async () => (await emulator.requests()).some(({ method, path }) => `${method} ${path}` === `GET /v2/images/${imageId}`);
    while (!(await isAsked()));
    plugin.kill(signal);
    const { kept, details } = await failed;
    expect(details).toContain("Stopped because the run was cancelled");
    expect(kept).toMatchObject({ id: `${imageId}/nyc3`, properties: { imageId, region: "nyc3", status: "pending" } });
    await ask<Empty, Empty>(client, client.cancel.bind(client), new Empty());
    expect(await ended).toEqual([0, null]);
    client.close();
    await emulator.close();
  },
);

test("ends on SIGTERM", async () => {
  const { plugin, ended } = await start();
  plugin.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test("without an engine's address it waits for one to attach, whatever becomes of stdin, and sends it its lines", async () => {
  const { plugin, written, ended } = await start([]);
  plugin.stdin.end();
  const heard: string[] = [];
  const engine = await fakeEngine((request) => void heard.push(request.getMessage()));
  const client = new ResourceProviderClient(`127.0.0.1:${written().trim()}`, credentials.createInsecure());
  const attach = new PluginAttach();
  attach.setAddress(`127.0.0.1:${engine.port}`);
  await ask<PluginAttach, Empty>(client, client.attach.bind(client), attach);
  await configure({ client }, { token: "dop_v1_test", apiEndpoint: "http://127.0.0.1:9" });
  const request = new DeleteRequest();
  request.setId("38413969/ams3");
  request.setUrn("urn:pulumi:dev::shop::imagefleet:index:ImageReplica::web");
  request.setProperties(struct({ imageId: "38413969", region: "ams3", status: "available" }));
  await ask<DeleteRequest, Empty>(client, client.delete.bind(client), request);
  await until(() => heard.length === 1);
  expect(heard[0]).toContain("The copy of image 38413969 in ams3 stays");
  await ask<Empty, Empty>(client, client.cancel.bind(client), new Empty());
  client.close();
  plugin.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  engine.stop();
});
