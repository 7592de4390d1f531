import {
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/package.json";
import { declaredDependencies } from "./declaredDependencies";
import { installDependencies } from "./installDependencies";
import { runPolicyPack } from "./policyPack";
import { programCommand } from "./programCommand";
import { startProgram, type RunningProgram } from "./runningProgram";

/** The language host's service and the one thing its process must do before it ends. */
export interface LanguageRuntime {
  /** What is not named here the engine does without: gRPC answers it UNIMPLEMENTED. */
  readonly service: UntypedServiceImplementation;
  /** Stops every program that still runs; resolves within seconds, when all are gone. */
  stopPrograms(): Promise<void>;
}

/** Runs Pulumi programs for the engine at `engineAddress`: those of TypeScript, where nothing else is said. */
export function languageRuntime(engineAddress: string, commandOf = programCommand): LanguageRuntime {
  const running = new Set<RunningProgram>();
  const stopPrograms = async () => {
    await Promise.all([...running].map((program) => program.stop()));
  };

  function run(request: language.RunRequest): Promise<language.RunResponse> | language.RunResponse {
    let program: RunningProgram;
    try {
      program = startProgram(commandOf(request, engineAddress));
    } catch (error) {
      return new language.RunResponse().setError(messageOf(error));
    }
    running.add(program);
    return program.ended.finally(() => running.delete(program));
  }

  function cancel(): Empty {
    void stopPrograms();
    return new Empty();
  }

  return {
    stopPrograms,
    service: {
      handshake: answer(() => new language.LanguageHandshakeResponse()),
      getPluginInfo: answer(() => new PluginInfo().setVersion(version)),
      getRequiredPackages: answer(getRequiredPackages),
      getRequiredPlugins: answer(() => new language.GetRequiredPluginsResponse()),
      run: answer(run),
      about: answer(() => new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
      getProgramDependencies: answer(getProgramDependencies),
      installDependencies: answerInParts(installDependencies),
      runPlugin: answerInParts(runPolicyPack),
      cancel: answer(cancel),
    },
  };
}

/** The plugins that the program's packages say they need, so that the engine installs those that are not there. */
function getRequiredPackages(request: language.GetRequiredPackagesRequest): language.GetRequiredPackagesResponse {
  const folder = request.getInfo()?.getProgramDirectory() ?? ".";
  const found = declaredDependencies(folder).flatMap(({ name, version, plugin }) => {
    if (plugin?.resource !== true) return [];
    const dependency = new PackageDependency().setKind("resource").setServer(plugin.server ?? "");
    return [dependency.setName(plugin.name ?? name.replace(/^@pulumi\//, "")).setVersion(`v${plugin.version ?? version}`)];
  });
  return new language.GetRequiredPackagesResponse().setPackagesList(found);
}

function getProgramDependencies(request: language.GetProgramDependenciesRequest): language.GetProgramDependenciesResponse {
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  const found = declaredDependencies(folder).map(({ name, version }) => new language.DependencyInfo().setName(name).setVersion(version));
  return new language.GetProgramDependenciesResponse().setDependenciesList(found);
}

function answer<Q, A>(handler: (request: Q) => A | Promise<A>) {
  return (call: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>): void => {
    Promise.resolve(call.request)
      .then(handler)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: status.UNKNOWN, details: messageOf(error) }),
      );
  };
}

/** A stream must be ended on every path: the engine waits for it without limit. */
function answerInParts<Q, A>(handler: (request: Q, send: (part: A) => void, signal: AbortSignal) => Promise<void>) {
  return (call: ServerWritableStream<Q, A>): void => {
    const cancelled = new AbortController();
    call.on("cancelled", () => cancelled.abort());
    handler(call.request, (part) => void call.write(part), cancelled.signal).then(
      () => void call.end(),
      (error: unknown) => void call.emit("error", { code: status.UNKNOWN, details: messageOf(error) }),
    );
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
