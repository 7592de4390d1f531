import type { Server as Listener } from "node:net";
import { Server, ServerCredentials, type handleUnaryCall, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { ResourceProviderService, type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { World } from "../world";
import type { Environment } from "./configuration";
import { ConstructCalls, type Construction } from "./constructCalls";
import { toCallFailure } from "./failures";
import { PackageCalls } from "./packageCalls";
import type { Provider } from "./provider";
import { redactor } from "./redaction";
import { ResourceCalls } from "./resourceCalls";
import { HostSession, type HostContext } from "./hostSession";
import { EngineLog, StatusLines } from "./status";

/** State of a fleet of hundreds of Droplets is larger than gRPC's default of 4 MB allows. */
const largestMessageBytes = 400 * 1024 * 1024;

/** The engine kills a process that hasn't ended within 5 s. */
const endMilliseconds = 4_500;

export interface ServerSettings {
  /** `host:port` of the engine that started the provider; it shows the status lines. Empty where an engine is to attach. */
  readonly engineAddress: string;
  readonly environment: Environment;
  /** Text for those who debug the provider itself. */
  readonly debug: (text: string) => void;
  readonly construction?: Construction;
}

export interface RunningServer {
  /**
   * Cancels the calls that run, lets each answer with what it has made, and ends when the engine has cancelled too, or has hung
   * up; after 4.5 s at the latest.
   */
  end(): Promise<void>;
  /** Ends at once; calls that still run are dropped. */
  stop(): void;
}

/** Serves a provider to the Pulumi engine where `listener` listens. */
export function startServer<S>(provider: Provider<S>, listener: Listener, world: World, settings: ServerSettings): RunningServer {
  const { engineAddress, environment, debug, construction } = settings;
  const engine = new EngineLog();
  engine.attach(engineAddress);
  const session = new HostSession<S>();
  const server = new Server({
    "grpc.max_receive_message_length": largestMessageBytes,
    "grpc.max_send_message_length": largestMessageBytes,
  });
  const context = { provider, world, environment, debug, lines: new StatusLines(world.clock, engine.send, environment) };
  server.addService(ResourceProviderService, implementation(context, session, engine, construction));
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  listener.on("connection", (socket) => connections.injectConnection(socket));
  const stop = (): void => {
    listener.close();
    server.forceShutdown();
    engine.close();
  };
  const end = async (): Promise<void> => {
    session.cancel();
    const answered = new AbortController();
    // With the last connection all is answered: the engine has hung up, or has cancelled, and then each one ends after its last answer.
    listener.close(() => answered.abort());
    void session.released.then(() => connections.drain(endMilliseconds));
    await world.clock.sleep(endMilliseconds, answered.signal).catch(() => undefined);
    stop();
  };
  return { end, stop };
}

/** The calls that the engine makes; every other one is answered UNIMPLEMENTED by gRPC itself. */
function implementation<S>(
  context: HostContext<S>,
  session: HostSession<S>,
  engine: EngineLog,
  construction: Construction | undefined,
): UntypedServiceImplementation {
  const ofPackage = new PackageCalls(context, session);
  const ofResource = new ResourceCalls(context, session);
  const ofComponent = construction && new ConstructCalls(context, session, construction);

  const answer =
    <Q, A>(verb: string, handler: (request: Q) => A | Promise<A>): handleUnaryCall<Q, A> =>
    (call, callback) => {
      const failed = (error: unknown) => {
        const known = { verb, secrets: new Set<string>(), redact: redactor(session.configuration), debug: context.debug };
        callback(toCallFailure(error, known));
      };
      const attempt = async () => handler(call.request);
      attempt().then((response) => callback(null, response), failed);
    };

  const calls: Partial<IResourceProviderServer> = {
    attach: answer("attach", (request) => {
      engine.attach(request.getAddress());
      return new Empty();
    }),
    handshake: answer("handshake", (request) => {
      engine.attach(request.getEngineAddress());
      return ofPackage.handshake();
    }),
    getPluginInfo: answer("getPluginInfo", () => ofPackage.pluginInfo()),
    getSchema: answer("getSchema", () => ofPackage.schema()),
    checkConfig: answer("checkConfig", (request) => ofPackage.checkConfig(request)),
    diffConfig: answer("diffConfig", (request) => ofPackage.diffConfig(request)),
    configure: answer("configure", (request) => ofPackage.configure(request)),
    invoke: answer("invoke", (request) => ofPackage.invoke(request)),
    check: answer("check", (request) => ofResource.check(request)),
    diff: answer("diff", (request) => ofResource.diff(request)),
    create: answer("create", (request) => ofResource.create(request)),
    read: answer("read", (request) => ofResource.read(request)),
    update: answer("update", (request) => ofResource.update(request)),
    delete: answer("delete", (request) => ofResource.delete(request)),
    ...(ofComponent && {
      construct: answer("construct", (request) => ofComponent.construct(request, engine.address)),
      call: answer("call", (request) => ofComponent.call(request, engine.address)),
    }),
    cancel: answer("cancel", () => {
      session.release();
      return new Empty();
    }),
  };
  return calls as UntypedServiceImplementation;
}
