import {
  CheckFailure,
  CheckResponse,
  CreateResponse,
  ReadResponse,
  UpdateResponse,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type DiffResponse,
  type ReadRequest,
  type UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { checkByTable, secretNames, toFailure, withDefaults, withoutFaulty } from "./check";
import { differences, effectsByTable } from "./diff";
import { diffResponse } from "./diffResponse";
import { toCallFailure } from "./failures";
import { underPresentNames } from "./formerNames";
import { unknownValue } from "./property";
import type { AnyResourceType } from "./provider";
import { redactor } from "./redaction";
import { Waits } from "../waiting/waits";
import type { Call } from "./resource";
import type { HostContext, HostSession } from "./hostSession";
import { withTimeLimit, type Verb } from "./timeLimit";
import { decode, encode, type Decoded, type Values } from "./values";

/** One operation on a resource, as the engine asked for it. */
interface Operation<S> {
  readonly verb: Verb;
  readonly urn: string;
  readonly type: AnyResourceType<S>;
  /** 0 is no limit. */
  readonly seconds: number;
  /** What the request carries; none of its secrets gets into a message. */
  readonly carried: readonly Decoded[];
  /** Top-level properties that are secret in what is answered. */
  readonly secrets: ReadonlySet<string>;
}

/** Serves the calls that concern one resource: decodes the request, calls the type's handler, encodes the answer or the failure. */
export class ResourceCalls<S> {
  readonly #context: HostContext<S>;
  readonly #session: HostSession<S>;

  constructor(context: HostContext<S>, session: HostSession<S>) {
    this.#context = context;
    this.#session = session;
  }

  async check(request: CheckRequest): Promise<CheckResponse> {
    const type = this.#typeOf(request.getUrn());
    const given = decode(request.getNews());
    const previous = { ...stored(type, request.getOldOutputs()).values, ...stored(type, request.getOlds()).values };
    const { inputs, faults } = checkByTable(type.inputs, given.values);
    const before = Object.keys(previous).length === 0 ? undefined : previous;
    const further = type.check?.(withoutFaulty(inputs, faults) as never, before as never) ?? [];

    const secrets = union(secretNames(type.inputs, inputs), given.secrets);
    const response = new CheckResponse();
    response.setInputs(encode(inputs, secrets));
    response.setFailuresList([...faults, ...further].map((fault) => toFailure(fault, secrets)));
    if (type.complete === undefined || response.getFailuresList().length > 0) return response;
    try {
      const completed = await type.complete(inputs as never, before as never, this.#session.value, this.#session.cancelled);
      response.setInputs(encode(completed, secrets));
    } catch (error) {
      const redact = redactor(this.#session.configuration, { values: inputs, secrets });
      const { details } = toCallFailure(error, {
        verb: "check",
        signal: this.#session.cancelled,
        secrets,
        redact,
        debug: this.#context.debug,
      });
      const failure = new CheckFailure();
      failure.setReason(details);
      response.setFailuresList([failure]);
    }
    return response;
  }

  diff(request: DiffRequest): Promise<DiffResponse> {
    const type = this.#typeOf(request.getUrn());
    const [state, oldInputs, news] = [
      stored(type, request.getOlds()),
      stored(type, request.getOldInputs()),
      stored(type, request.getNews()),
    ];
    // A default of a newer version is not a change of the user's.
    const before = withDefaults(type.inputs, oldInputs.values);
    const after = news.values;
    const effects = effectsByTable(type.inputs, before, after);

    const operation = this.#operation("diff", request.getUrn(), type, 0, [state, oldInputs, news]);
    return this.#run(operation, async (call, session) => {
      const change = { id: request.getId(), state: state.values, before, after, effects };
      const corrections = await type.diff?.(change as never, session, call);
      return diffResponse(differences({ ...effects, ...corrections }, before, after));
    });
  }

  create(request: CreateRequest): Promise<CreateResponse> {
    const type = this.#typeOf(request.getUrn());
    const inputs = stored(type, request.getProperties());
    const seconds = request.getTimeout() || type.timeoutSeconds.create;
    const operation = this.#operation("create", request.getUrn(), type, seconds, [inputs], inputs.secrets);
    return this.#run(operation, async (call, session) => {
      const response = new CreateResponse();
      if (request.getPreview()) {
        const unknownOutputs = Object.fromEntries(Object.keys(type.outputs).map((name) => [name, unknownValue] as const));
        const foreseen = (await type.preview?.(inputs.values as never, undefined, session, call)) as Values | undefined;
        response.setProperties(encode({ ...unknownOutputs, ...inputs.values, ...foreseen }, operation.secrets));
        return response;
      }
      const { id, state } = await type.create(inputs.values as never, session, call);
      response.setId(id);
      response.setProperties(encode(state, operation.secrets));
      return response;
    });
  }

  read(request: ReadRequest): Promise<ReadResponse> {
    const type = this.#typeOf(request.getUrn());
    const [state, inputs] = [stored(type, request.getProperties()), stored(type, request.getInputs())];
    const known = Object.keys(state.values).length === 0 ? undefined : { state: state.values, inputs: inputs.values };
    const secrets = union(state.secrets, inputs.secrets);
    const operation = this.#operation("read", request.getUrn(), type, request.getTimeout(), [state, inputs], secrets);
    return this.#run(operation, async (call, session) => {
      const response = new ReadResponse();
      const answer = await type.read(request.getId(), known as never, session, call);
      // An answer without an id says that it is gone.
      if (answer === undefined) return response;
      response.setId(request.getId());
      response.setProperties(encode(answer.state, operation.secrets));
      response.setInputs(encode(answer.inputs, operation.secrets));
      return response;
    });
  }

  update(request: UpdateRequest): Promise<UpdateResponse> {
    const type = this.#typeOf(request.getUrn());
    const [state, inputs] = [stored(type, request.getOlds()), stored(type, request.getNews())];
    const seconds = request.getTimeout() || type.timeoutSeconds.update;
    const operation = this.#operation("update", request.getUrn(), type, seconds, [state, inputs], inputs.secrets);
    return this.#run(operation, async (call, session) => {
      const response = new UpdateResponse();
      if (request.getPreview()) {
        const foreseen = (await type.preview?.(inputs.values as never, state.values as never, session, call)) as Values | undefined;
        response.setProperties(encode({ ...outputsOnly(type, state.values), ...inputs.values, ...foreseen }, operation.secrets));
        return response;
      }
      const updated = await type.update(request.getId(), state.values as never, inputs.values as never, session, call);
      response.setProperties(encode(updated, operation.secrets));
      return response;
    });
  }

  delete(request: DeleteRequest): Promise<Empty> {
    const type = this.#typeOf(request.getUrn());
    const state = stored(type, request.getProperties());
    const seconds = request.getTimeout() || type.timeoutSeconds.delete;
    return this.#run(this.#operation("delete", request.getUrn(), type, seconds, [state]), async (call, session) => {
      await type.delete(request.getId(), state.values as never, session, call);
      return new Empty();
    });
  }

  #operation(
    verb: Verb,
    urn: string,
    type: AnyResourceType<S>,
    seconds: number,
    carried: readonly Decoded[],
    secretsOfRequest: ReadonlySet<string> = new Set(),
  ): Operation<S> {
    const given = carried.map(({ values }) => secretNames(type.inputs, values));
    const secrets = union(...given, secretNames(type.outputs), secretsOfRequest);
    return {
      verb,
      urn,
      type,
      seconds,
      carried: carried.map(({ values, secrets: own }) => ({ values, secrets: union(secrets, own) })),
      secrets,
    };
  }

  /** Runs a handler within its time limit, with its voice, and says a failure as the engine understands it. */
  async #run<T>(operation: Operation<S>, handler: (call: Call, session: S) => Promise<T>): Promise<T> {
    const { verb, urn, seconds, secrets, carried } = operation;
    const redact = redactor(this.#session.configuration, ...carried);
    const waits = new Waits();
    const voice = this.#context.lines.open(urn, redact, waits);
    const limit = { verb, seconds, clock: this.#context.world.clock, cancellation: this.#session.cancelled };
    let signal = this.#session.cancelled;
    try {
      return await withTimeLimit(limit, (limited) => {
        signal = limited;
        const { progress, warn, info } = voice;
        return waits.during(() => handler({ urn, signal: limited, progress, warn, info }, this.#session.value));
      });
    } catch (error) {
      throw toCallFailure(error, { verb, signal, secrets, redact, debug: this.#context.debug });
    } finally {
      voice.end();
    }
  }

  #typeOf(urn: string): AnyResourceType<S> {
    // urn:pulumi:<stack>::<project>::<type of the parent>$<type>::<name>
    const token = urn.split("::")[2]?.split("$").at(-1);
    const type = this.#context.provider.resources.find((candidate) => candidate.token === token);
    if (type !== undefined) return type;
    throw new Error(`\`${token ?? urn}\` is not a resource of ${this.#context.provider.name} ${this.#context.provider.version}.`);
  }
}

/** Properties that may come out of a state. Inputs, too: the engine repeats those of a resource that the run leaves alone, unchecked. */
function stored<S>(type: AnyResourceType<S>, properties: Struct | undefined): Decoded {
  return underPresentNames({ ...type.inputs, ...type.outputs }, decode(properties));
}

function outputsOnly<S>(type: AnyResourceType<S>, state: Values): Values {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !Object.hasOwn(type.inputs, name)));
}

function union(...sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]));
}
