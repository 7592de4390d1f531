import type { AddressInfo } from "node:net";
import { credentials, Server, ServerCredentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogSeverity, type LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import type { Construction } from "../../provider/host/constructCalls";
import type { Provider } from "../../provider/host/provider";
import { announce } from "../../provider/host/announce";
import { startServer } from "../../provider/host/server";
import type { World } from "../../provider/world";
import { VirtualClock } from "../../virtual/virtualClock";

export const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const urnOf = (name: string) => `urn:pulumi:dev::shop::toy:index:Machine::${name}`;
export const secret = (value: JavaScriptValue) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

type Fields = Record<string, JavaScriptValue>;

/** What the engine heard: `info*` is ephemeral. */
export interface Heard {
  readonly kind: string;
  readonly urn: string;
  readonly text: string;
}

/** The engine's side of a provider: a client of it, and the log that it writes to. */
export interface Connection {
  readonly client: ResourceProviderClient;
  readonly clock: VirtualClock;
  readonly heard: readonly Heard[];
  readonly debugged: readonly string[];
  /** Ends the provider as a signal does. */
  readonly end: () => Promise<void>;
  close(): void;
}

interface ConnectArgs {
  readonly clock?: VirtualClock;
  readonly send?: World["send"];
  readonly construction?: Construction;
}

const open: Connection[] = [];
afterEach(() => open.splice(0).forEach((connection) => connection.close()));

/** Serves the provider in this process on virtual time, and connects to it as the engine does. Closed after the test. */
export async function connect<S>(
  provider: Provider<S>,
  environment: Record<string, string> = {},
  { clock = new VirtualClock(), send, construction }: ConnectArgs = {},
): Promise<Connection> {
  const heard: Heard[] = [];
  const debugged: string[] = [];
  const engine = await fakeEngine((request) => {
    const severity =
      request.getSeverity() === LogSeverity.INFO ? "info" : request.getSeverity() === LogSeverity.WARNING ? "warning" : "other";
    heard.push({ kind: request.getEphemeral() ? `${severity}*` : severity, urn: request.getUrn(), text: request.getMessage() });
  });
  const engineAddress = `127.0.0.1:${engine.port}`;
  const listener = await announce(() => undefined);
  const server = startServer(provider, listener, worldOn(clock, send), {
    engineAddress,
    environment,
    debug: (text) => void debugged.push(text),
    construction,
  });
  const client = new ResourceProviderClient(`127.0.0.1:${(listener.address() as AddressInfo).port}`, credentials.createInsecure());
  const close = () => {
    client.close();
    server.stop();
    engine.stop();
  };
  const connection = { client, clock, heard, debugged, end: () => server.end(), close };
  open.push(connection);
  return connection;
}

/** The same, configured with a token. */
export async function connectConfigured<S>(provider: Provider<S>): Promise<Connection> {
  const connection = await connect(provider);
  await configure(connection, { token: secret("t0p-s3cr3t") });
  return connection;
}

type Method<Q, A> = (request: Q, callback: (error: ServiceError | null, response: A) => void) => unknown;

/** One call, as a promise. */
export function ask<Q, A>(client: ResourceProviderClient, method: Method<Q, A>, request: Q): Promise<A> {
  return new Promise((resolve, reject) => {
    method.call(client, request, (error: ServiceError | null, response: A) => (error === null ? resolve(response) : reject(error)));
  });
}

export const struct = (fields: Fields) => Struct.fromJavaScript(fields);

export function configure({ client }: Pick<Connection, "client">, fields: Fields) {
  const request = new messages.ConfigureRequest();
  request.setArgs(struct(fields));
  return ask<messages.ConfigureRequest, messages.ConfigureResponse>(client, client.configure.bind(client), request);
}

export async function check({ client }: Connection, news: Fields, olds: Fields = {}, urn = urnOf("web")) {
  const request = new messages.CheckRequest();
  request.setUrn(urn);
  request.setNews(struct(news));
  request.setOlds(struct(olds));
  return checkAnswer(await ask<messages.CheckRequest, messages.CheckResponse>(client, client.check.bind(client), request));
}

export async function checkConfig({ client }: Connection, news: Fields) {
  const request = new messages.CheckRequest();
  request.setUrn("urn:pulumi:dev::shop::pulumi:providers:toy::default");
  request.setNews(struct(news));
  return checkAnswer(await ask<messages.CheckRequest, messages.CheckResponse>(client, client.checkConfig.bind(client), request));
}

function checkAnswer(response: messages.CheckResponse) {
  return { inputs: response.getInputs()?.toJavaScript(), failures: response.getFailuresList().map((failure) => failure.toObject()) };
}

export async function diff({ client }: Connection, change: { id?: string; urn?: string; olds?: Fields; oldInputs: Fields; news: Fields }) {
  const request = new messages.DiffRequest();
  request.setId(change.id ?? "m-web");
  request.setUrn(change.urn ?? urnOf("web"));
  request.setOlds(struct(change.olds ?? change.oldInputs));
  request.setOldInputs(struct(change.oldInputs));
  request.setNews(struct(change.news));
  const response = await ask<messages.DiffRequest, messages.DiffResponse>(client, client.diff.bind(client), request);
  const kinds = Object.fromEntries(Object.entries(messages.PropertyDiff.Kind).map(([name, value]) => [value, name]));
  const detailed = response.getDetaileddiffMap().toArray() as unknown as [string, unknown][];
  return {
    changes: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
    replaces: response.getReplacesList(),
    stables: response.getStablesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
    detailed: Object.fromEntries(
      detailed.map(([name]) => {
        const detail = response.getDetaileddiffMap().get(name);
        return [name, `${kinds[detail?.getKind() ?? -1]} of ${detail?.getInputdiff() === true ? "inputs" : "outputs"}`];
      }),
    ),
  };
}

export async function create(
  { client }: Connection,
  properties: Fields,
  options: { preview?: boolean; timeout?: number; name?: string } = {},
) {
  const request = new messages.CreateRequest();
  request.setUrn(urnOf(options.name ?? "web"));
  request.setProperties(struct(properties));
  request.setPreview(options.preview ?? false);
  request.setTimeout(options.timeout ?? 0);
  const response = await ask<messages.CreateRequest, messages.CreateResponse>(client, client.create.bind(client), request);
  return { id: response.getId(), properties: response.getProperties()?.toJavaScript() };
}

export async function update({ client }: Connection, olds: Fields, news: Fields, options: { preview?: boolean; timeout?: number } = {}) {
  const request = new messages.UpdateRequest();
  request.setId("m-web");
  request.setUrn(urnOf("web"));
  request.setOlds(struct(olds));
  request.setNews(struct(news));
  request.setPreview(options.preview ?? false);
  request.setTimeout(options.timeout ?? 0);
  const response = await ask<messages.UpdateRequest, messages.UpdateResponse>(client, client.update.bind(client), request);
  return response.getProperties()?.toJavaScript();
}

export async function read({ client }: Connection, id: string, known?: { state: Fields; inputs: Fields }) {
  const request = new messages.ReadRequest();
  request.setId(id);
  request.setUrn(urnOf("web"));
  if (known !== undefined) {
    request.setProperties(struct(known.state));
    request.setInputs(struct(known.inputs));
  }
  const response = await ask<messages.ReadRequest, messages.ReadResponse>(client, client.read.bind(client), request);
  return { id: response.getId(), properties: response.getProperties()?.toJavaScript(), inputs: response.getInputs()?.toJavaScript() };
}

export async function remove({ client }: Connection, properties: Fields, options: { timeout?: number } = {}): Promise<void> {
  const request = new messages.DeleteRequest();
  request.setId("m-web");
  request.setUrn(urnOf("web"));
  request.setProperties(struct(properties));
  request.setTimeout(options.timeout ?? 0);
  await ask<messages.DeleteRequest, Empty>(client, client.delete.bind(client), request);
}

export async function cancel({ client }: Connection): Promise<void> {
  await ask<Empty, Empty>(client, client.cancel.bind(client), new Empty());
}

/** What the engine reads out of a failed call: its text, and the state that it keeps. */
export async function failureOf(call: Promise<unknown>) {
  const error = await call.then(
    () => Promise.reject(new Error("The call succeeded.")),
    (reason: unknown) => reason as ServiceError & { metadata: Metadata },
  );
  const packed = error.metadata.get("grpc-status-details-bin")[0];
  if (!(packed instanceof Buffer)) return { details: error.details };
  const any = Status.deserializeBinary(packed).getDetailsList()[0];
  const failed = any?.unpack((bytes) => messages.ErrorResourceInitFailed.deserializeBinary(bytes), "pulumirpc.ErrorResourceInitFailed");
  return {
    details: error.details,
    kept: {
      id: failed?.getId(),
      properties: failed?.getProperties()?.toJavaScript(),
      inputs: failed?.getInputs()?.toJavaScript(),
      reasons: failed?.getReasonsList(),
    },
  };
}

/** Waits, on real time, until something that crosses a socket has arrived. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

function worldOn(clock: VirtualClock, send: World["send"] = () => Promise.reject(new Error("The toy sends nothing."))): World {
  return {
    clock,
    random: () => 0.5,
    send,
    probe: { http: unprobed, tcp: unprobed },
  };
}

/** An engine that only listens. */
export async function fakeEngine(log: (request: LogRequest) => void) {
  const server = new Server();
  server.addService(EngineService, {
    log: (call: { request: LogRequest }, callback: (error: null, response: Empty) => void) => {
      log(call.request);
      callback(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, stop: () => server.forceShutdown() };
}

function unprobed() {
  return Promise.resolve({ reason: "The toy probes nothing.", reached: false });
}
