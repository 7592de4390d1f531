import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { credentials, Server, ServerCredentials, type sendUnaryData, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConfigureRequest, CreateRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { checkout } from "../local/checkout";

/** The plugin as a process of its own, as the engine starts it. */
export interface Plugin {
  /** Milliseconds from the start of the process to the answer to Configure. */
  readonly configuredAfter: number;
  /** Megabytes that it holds now. */
  memory(): Promise<number>;
  /** Seconds of processor time that it has used. */
  processorSeconds(): Promise<number>;
  /** Asks for a resource and does not wait: `failed` hears of it only where it can't be made. */
  create(urn: string, properties: Readonly<Record<string, JavaScriptValue>>, failed: (error: Error) => void): void;
  stop(): Promise<void>;
}

export interface PluginArgs {
  readonly token: string;
  readonly url: string;
  /** Default: the checkout's. */
  readonly executable?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts and configures it; what it says of its work goes to an engine that listens and does nothing. */
export async function startPlugin({
  token,
  url,
  executable = path.join(checkout, "bin/pulumi-resource-imagefleet"),
  ...own
}: PluginArgs): Promise<Plugin> {
  const engine = await silentEngine();
  const env = { ...process.env, ...own.env, DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_API_URL: url };
  const began = performance.now();
  const child = spawn(executable, [engine.address], { env, stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("error", reject).once("exit", () => reject(new Error("The plugin ended before it printed its port.")));
  });
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const request = new ConfigureRequest().setArgs(Struct.fromJavaScript({}));
  await new Promise<void>((resolve, reject) => {
    client.configure(request, (error: ServiceError | null) => (error === null ? resolve() : reject(error)));
  });
  const configuredAfter = performance.now() - began;
  const pid = String(child.pid);
  return {
    configuredAfter,
    memory: async () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(await ofProcess(pid, "status"))?.[1]) / 1_000,
    processorSeconds: async () => {
      // After the name in parentheses; user and system time are fields 14 and 15, in hundredths of a second.
      const fields = (await ofProcess(pid, "stat")).replace(/^.*\) /s, "").split(" ");
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    create: (urn, properties, failed) => {
      const create = new CreateRequest().setUrn(urn).setProperties(Struct.fromJavaScript({ ...properties }));
      client.create(create, (error) => error !== null && failed(error));
    },
    stop: async () => {
      client.close();
      // As when the engine is gone: a signal would wait for what it may still ask.
      child.stdin.end();
      await exited;
      engine.close();
    },
  };
}

async function ofProcess(pid: string, file: "stat" | "status"): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, "utf8").catch(() => {
    throw new Error(
      "Memory and processor time of the plugin are read from /proc, which this system doesn't have: run these rows on Linux.",
    );
  });
}

async function silentEngine(): Promise<{ readonly address: string; close(): void }> {
  const server = new Server();
  server.addService(EngineService, { log: (_: unknown, callback: sendUnaryData<Empty>) => callback(null, new Empty()) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
