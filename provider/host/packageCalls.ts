import {
  CheckResponse,
  ConfigureResponse,
  GetSchemaResponse,
  InvokeResponse,
  ProviderHandshakeResponse,
  type CheckRequest,
  type ConfigureRequest,
  type DiffRequest,
  type DiffResponse,
  type InvokeRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { checkByTable, secretNames, toFailure, toSentence } from "./check";
import { readConfiguration } from "./configuration";
import { differences, effectsByTable } from "./diff";
import { diffResponse } from "./diffResponse";
import { unknownValue } from "./property";
import { packageSchema } from "./schema";
import type { HostContext, HostSession } from "./hostSession";
import { decode, encode, hasUnknown } from "./values";

/** Serves the calls that concern the package as a whole: what it is, its configuration, its functions. */
export class PackageCalls<S> {
  readonly #context: HostContext<S>;
  readonly #session: HostSession<S>;

  constructor(context: HostContext<S>, session: HostSession<S>) {
    this.#context = context;
    this.#session = session;
  }

  handshake(): ProviderHandshakeResponse {
    this.#session.begin();
    const response = new ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(true);
    response.setAcceptOutputs(true);
    return response;
  }

  pluginInfo(): PluginInfo {
    const info = new PluginInfo();
    info.setVersion(this.#context.provider.version);
    return info;
  }

  schema(): GetSchemaResponse {
    const response = new GetSchemaResponse();
    response.setSchema(JSON.stringify(packageSchema(this.#context.provider)));
    return response;
  }

  /** Answers with what was given: a value of the environment is never written into the state. */
  checkConfig(request: CheckRequest): CheckResponse {
    const { provider, environment } = this.#context;
    const given = decode(request.getNews());
    const { faults, secrets } = readConfiguration(provider, given.values, environment);
    const response = new CheckResponse();
    response.setInputs(encode(given.values, new Set([...secretNames(provider.configuration), ...given.secrets])));
    response.setFailuresList(faults.map((fault) => toFailure(fault, new Set([...secrets, ...given.secrets]))));
    return response;
  }

  diffConfig(request: DiffRequest): DiffResponse {
    const table = this.#context.provider.configuration;
    const before = decode(request.hasOldInputs() ? request.getOldInputs() : request.getOlds()).values;
    const after = decode(request.getNews()).values;
    return diffResponse(differences(effectsByTable(table, before, after), before, after));
  }

  configure(request: ConfigureRequest): ConfigureResponse {
    const { provider, environment, world } = this.#context;
    const { values, faults, secrets } = readConfiguration(provider, decode(request.getArgs()).values, environment);
    // The engine checks the configuration before `up`, but not before `refresh` and `destroy`.
    if (faults.length > 0) throw new Error(faults.map((fault) => toSentence(fault, secrets)).join("\n"));
    this.#session.begin();
    this.#session.configure(provider.configure(values as never, world), { values, secrets });

    const response = new ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setAcceptresources(true);
    response.setAcceptoutputs(true);
    response.setSupportspreview(true);
    return response;
  }

  async invoke(request: InvokeRequest): Promise<InvokeResponse> {
    const type = this.#context.provider.functions?.find((candidate) => candidate.token === request.getTok());
    if (type === undefined) throw new Error(`\`${request.getTok()}\` is not a function of ${this.#context.provider.name}.`);
    const given = decode(request.getArgs());
    const { inputs, faults } = checkByTable(type.inputs, given.values);
    const response = new InvokeResponse();
    response.setFailuresList(faults.map((fault) => toFailure(fault, new Set([...secretNames(type.inputs), ...given.secrets]))));
    if (faults.length > 0) return response;
    const outputs = hasUnknown(inputs)
      ? Object.fromEntries(Object.keys(type.outputs).map((name) => [name, unknownValue] as const))
      : await type.invoke(inputs as never, this.#session.value, this.#session.cancelled);
    response.setReturn(encode(outputs, secretNames(type.outputs)));
    return response;
  }
}
