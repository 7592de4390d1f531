import { CallResponse, ConstructResponse, type CallRequest, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { checkByTable, clauseOf, secretNames, topLevel } from "./check";
import { invalidArguments, type ArgumentFault } from "./failures";
import type { HostContext, HostSession } from "./hostSession";
import { redactor } from "./redaction";
import { decode, foreignWire } from "./values";

/**
 * What lays out components, loaded when the engine asks for one. Requests and responses are the messages' bytes, since it may be bundled
 * with a protobuf of its own.
 */
export interface Construction {
  /** What is wrong with a request's arguments beyond their table: sentences that begin with the property's path in backticks. */
  faults(this: void, request: Uint8Array): Promise<readonly string[]>;
  /** Lays the component out, in the program of the engine at that address. */
  construct(this: void, request: Uint8Array, engineAddress: string): Promise<Uint8Array>;
  /** Calls `in` of the component of that URN: takes the bytes of a `CallRequest`, gives those of its response. */
  call(this: void, request: Uint8Array, engineAddress: string, of: InRegion): Promise<Uint8Array>;
}

export interface InRegion {
  readonly self: string;
  /** Undefined where it isn't known yet. */
  readonly region: string | undefined;
}

/** Serves the calls that concern components. */
export class ConstructCalls<S> {
  readonly #context: HostContext<S>;
  readonly #session: HostSession<S>;
  readonly #construction: Construction;

  constructor(context: HostContext<S>, session: HostSession<S>, construction: Construction) {
    this.#context = context;
    this.#session = session;
    this.#construction = construction;
  }

  /** Nothing is laid out before all that is wrong with the arguments is told. */
  async construct(request: ConstructRequest, engineAddress: string): Promise<ConstructResponse> {
    const faults = await this.#faultsOf(request);
    if (faults.length > 0) throw invalidArguments(faults);
    return ConstructResponse.deserializeBinary(await this.#construction.construct(request.serializeBinary(), engineAddress));
  }

  async call(request: CallRequest, engineAddress: string): Promise<CallResponse> {
    const [token, method = ""] = request.getTok().split("/");
    const type = this.#context.provider.components?.find((component) => component.token === token);
    if (type?.methods?.[method] === undefined)
      throw new Error(`\`${request.getTok()}\` is not a method of ${this.#context.provider.name}.`);
    const { __self__: self, region } = decode(request.getArgs()).values;
    const urn = foreignWire(self)?.["urn"];
    if (typeof urn !== "string") throw new Error(`\`${request.getTok()}\` must be called with the component as \`__self__\`.`);
    const of = { self: urn, region: typeof region === "string" ? region : undefined };
    return CallResponse.deserializeBinary(await this.#construction.call(request.serializeBinary(), engineAddress, of));
  }

  async #faultsOf(request: ConstructRequest): Promise<readonly ArgumentFault[]> {
    const type = this.#context.provider.components?.find(({ token }) => token === request.getType());
    if (type === undefined) throw new Error(`\`${request.getType()}\` is not a component of ${this.#context.provider.name}.`);
    const { values, secrets: given } = decode(request.getInputs());
    const secrets = new Set([...secretNames(type.inputs, values), ...given]);
    const redact = redactor(this.#session.configuration, { values, secrets });
    // The engine prints the value of the property that a path leads to, so a secret one gets none that leads there.
    const faultAt = (path: string, clause: string): ArgumentFault => {
      return { path: secrets.has(topLevel(path)) ? `\`${path}\`` : path, reason: redact(clause) };
    };

    const { faults } = checkByTable(type.inputs, values);
    const malformed = new Set(faults.map(({ property }) => topLevel(property)));
    const further = (await this.#construction.faults(request.serializeBinary())).map((sentence) => {
      const [, path = "", clause = sentence] = /^`([^`]+)` (.*)$/s.exec(sentence) ?? [];
      return { path, clause };
    });
    return [
      ...faults.map((fault) => faultAt(fault.property, clauseOf(fault, secrets))),
      ...further.filter(({ path }) => !malformed.has(topLevel(path))).map(({ path, clause }) => faultAt(path, clause)),
    ];
  }
}
