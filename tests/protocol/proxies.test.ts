import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttp, request as httpRequest, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { DeleteRequest, InvokeRequest, type InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { bootableDisk } from "../helpers/bootableDisk";
import { useEmulator, type EmulatorUnderTest } from "../helpers/emulator";
import { ask, configure, fakeEngine, struct, until } from "./connection";

const checkout = path.resolve(__dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "imagefleet-proxy-"));
const [key, certificate] = [path.join(folder, "key.pem"), path.join(folder, "certificate.pem")];
const servers: Server[] = [];
const children: ChildProcess[] = [];
/** What the proxy was asked for. */
const tunnels: string[] = [];
/** What arrived at the names behind the proxy. */
const arrivals: string[] = [];
let emulator: EmulatorUnderTest;
let environment: NodeJS.ProcessEnv;

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Three names that nobody can resolve: the API, which is the emulator; a server of one image; and Spaces. */
function behindTheProxy(): Server {
  const disk = bootableDisk("web");
  return createHttps({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    const { method, url = "", headers } = request;
    const host = headers.host ?? "";
    arrivals.push(`${method} ${host}${url}`);
    if (host === "images.imagefleet.test") {
      const [from = 0, to = disk.length - 1] = (/bytes=(\d+)-(\d+)?/.exec(headers.range ?? "") ?? []).slice(1).map((text) => Number(text));
      const part = disk.subarray(from, to + 1);
      const range = { "content-range": `bytes ${from}-${from + part.length - 1}/${disk.length}`, "content-length": part.length };
      response.writeHead(headers.range === undefined ? 200 : 206, headers.range === undefined ? { "content-length": disk.length } : range);
      response.end(method === "HEAD" ? undefined : headers.range === undefined ? disk : part);
    } else if (host === "api.imagefleet.test") {
      const onward = httpRequest(`${emulator.url}${url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    } else {
      response.end();
    }
  });
}

beforeAll(async () => {
  const names = ["api", "images", "bucket.spaces"].map((name) => `DNS:${name}.imagefleet.test`).join();
  const subject = ["-subj", "/CN=imagefleet.test", "-addext", `subjectAltName=${names}`];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", certificate, ...subject], { stdio: "ignore" });
  emulator = await useEmulator();
  const behind = await listen(behindTheProxy());
  const proxy = createHttp((_, response) => response.writeHead(502).end());
  proxy.on("connect", (request, client) => {
    tunnels.push(request.url ?? "");
    const server = connect(behind, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    for (const socket of [server, client]) socket.on("error", () => [server, client].forEach((end) => end.destroy()));
  });
  const address = `http://127.0.0.1:${await listen(proxy)}`;
  environment = { PATH: process.env["PATH"], HTTPS_PROXY: address, HTTP_PROXY: address, NODE_EXTRA_CA_CERTS: certificate };
  environment["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
});

beforeEach(() => [tunnels, arrivals].forEach((list) => list.splice(0)));

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
  await emulator.close();
  rmSync(folder, { recursive: true });
});

async function plugin(engineAddress: string, more: NodeJS.ProcessEnv = {}): Promise<ResourceProviderClient> {
  const child = spawn(path.join(checkout, "bin/pulumi-resource-imagefleet"), [engineAddress], { env: { ...environment, ...more } });
  children.push(child);
  const [port] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  return new ResourceProviderClient(`127.0.0.1:${port.trim()}`, credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
}

async function invoke(client: ResourceProviderClient, name: string, args: Parameters<typeof struct>[0]): Promise<unknown> {
  const request = new InvokeRequest();
  request.setTok(`imagefleet:index:${name}`);
  request.setArgs(struct(args));
  const response = await ask<InvokeRequest, InvokeResponse>(client, client.invoke.bind(client), request);
  return response.getReturn()?.toJavaScript();
}

async function anImage(): Promise<{ readonly id: string; readonly name: string }> {
  const { body } = await emulator.call<{ readonly images: readonly { readonly id: number; readonly name: string }[] }>("GET", "/v2/images");
  const { id = 0, name = "" } = body.images[0] ?? {};
  return { id: `${id}`, name };
}

test("API and sources are reached by names that only the proxy resolves; the engine is spoken to directly", async () => {
  const image = await anImage();
  const heard: string[] = [];
  const engine = await fakeEngine((line) => void heard.push(line.getMessage()));
  const client = await plugin(`127.0.0.1:${engine.port}`);
  await configure({ client }, { token: emulator.token, apiEndpoint: "https://api.imagefleet.test" });

  expect(await invoke(client, "getImage", { id: image.id })).toMatchObject({ name: image.name });
  expect(await invoke(client, "inspectImage", { url: "https://images.imagefleet.test/web.img" })).toMatchObject({ format: "raw" });
  const request = new DeleteRequest();
  request.setId("38413969/ams3");
  request.setUrn("urn:pulumi:dev::shop::imagefleet:index:ImageReplica::web");
  request.setProperties(struct({ imageId: "38413969", region: "ams3", status: "available" }));
  await ask<DeleteRequest, Empty>(client, client.delete.bind(client), request);
  await until(() => heard.length === 1);

  expect([...new Set(tunnels)]).toEqual(["api.imagefleet.test:443", "images.imagefleet.test:443"]);
  expect(arrivals[0]).toBe(`GET api.imagefleet.test/v2/images/${image.id}`);
  client.close();
  engine.stop();
});

test("nothing on loopback goes through a proxy, nor what NO_PROXY names", async () => {
  const image = await anImage();
  const client = await plugin("127.0.0.1:1", { NO_PROXY: ".imagefleet.test" });
  await configure({ client }, { token: emulator.token, apiEndpoint: emulator.url });
  expect(await invoke(client, "getImage", { id: image.id })).toMatchObject({ name: image.name });
  await expect(invoke(client, "inspectImage", { url: "https://images.imagefleet.test/web.img" })).rejects.toThrow();
  expect(tunnels).toEqual([]);
  client.close();
});

test("Spaces is reached by its client and without a key through the proxy", () => {
  const settings = { accessId: "AK", secretKey: "SK", bucket: "bucket", endpoint: "https://spaces.imagefleet.test" };
  const script = `
    const { agentFor } = require("./dist/provider/honourProxies").honourProxies(process.env);
    const clock = { now: Date.now, sleep: () => new Promise(() => undefined) };
    const store = require("./dist/provider/source/spaces/spaces").createSpaces(${JSON.stringify(settings)}, { clock, send: (request) => fetch(request), agentFor });
    const { signal } = new AbortController();
    store.reach(signal).then(() => store.anonymousStatus("web.img", signal)).then((status) => process.exit(status === 200 ? 0 : 1));`;
  const child = spawn(process.execPath, ["-e", script], { cwd: checkout, env: environment, stdio: ["ignore", "ignore", "inherit"] });
  children.push(child);
  return once(child, "exit").then(([code]) => {
    expect(code).toBe(0);
    expect(tunnels).toEqual(["bucket.spaces.imagefleet.test:443", "bucket.spaces.imagefleet.test:443"]);
    expect(arrivals).toEqual(["HEAD bucket.spaces.imagefleet.test/", "HEAD bucket.spaces.imagefleet.test/web.img"]);
  });
});
