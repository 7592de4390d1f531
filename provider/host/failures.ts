import { Metadata, status } from "@grpc/grpc-js";
import { InputPropertiesError } from "@pulumi/pulumi/proto/errors_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Interrupted, Unfinished } from "./fault";
import type { Redact } from "./redaction";
import { encode, type Values } from "./values";

/** A call's failure as gRPC carries it. The engine prints the details as they are, with `error: ` before them. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;

  constructor(code: status, details: string, metadata = new Metadata()) {
    super(details);
    this.code = code;
    this.details = details;
    this.metadata = metadata;
  }
}

/** What a failure needs to know of its call. */
export interface FailedCall {
  /** `create`, `read`, … */
  readonly verb: string;
  readonly signal?: AbortSignal;
  /** Top-level properties that are secret in the state that an `Unfinished` carries. */
  readonly secrets: ReadonlySet<string>;
  readonly redact: Redact;
  /** Where the stack of a fault of our own goes: never to the user's terminal. */
  readonly debug: (text: string) => void;
}

/** Says what went wrong in a call as the engine understands it. A fault of our own ends the call, never the process. */
export function toCallFailure(error: unknown, call: FailedCall): CallFailure {
  if (error instanceof CallFailure) return error;
  if (error instanceof Unfinished) return unfinished(error, call);
  return new CallFailure(status.UNKNOWN, call.redact(sentenceOf(error, call)));
}

function sentenceOf(error: unknown, { verb, signal, debug, redact }: FailedCall): string {
  const message = error instanceof Error ? error.message : String(error);
  if (signal?.aborted === true && signal.reason instanceof Interrupted) {
    // The reason of the abort says more than the error of an aborted request. The handler's own sentence follows it.
    const reason = signal.reason.message;
    return error instanceof Interrupted || isAbortion(error) || isOurFault(error) ? reason : `${reason}\n${message}`;
  }
  if (!isOurFault(error)) return message;
  debug(redact(error.stack ?? message));
  return `This is a fault in imagefleet, not in your program: ${verb} stopped with ${error.name}: ${message}.`;
}

/** The engine prints the reasons only, keeps the state, and calls update with it on the next run. */
function unfinished(error: Unfinished, call: FailedCall): CallFailure {
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encode(error.state as Values, call.secrets));
  if (error.inputs !== undefined) detail.setInputs(encode(error.inputs as Values, call.secrets));
  detail.setReasonsList(error.reasons.map(call.redact));

  return detailed(status.UNKNOWN, call.redact(error.message), "ErrorResourceInitFailed", detail);
}

/** Something wrong with one argument of a component. */
export interface ArgumentFault {
  /** The engine prints the value that it leads to: `regions[1]`. */
  readonly path: string;
  /** A clause that continues the path. */
  readonly reason: string;
}

/** The engine prints one line for each. */
export function invalidArguments(faults: readonly ArgumentFault[]): CallFailure {
  const errors = faults.map(({ path, reason }) => new InputPropertiesError.PropertyError().setPropertyPath(path).setReason(reason));
  return detailed(status.INVALID_ARGUMENT, "invalid arguments:", "InputPropertiesError", new InputPropertiesError().setErrorsList(errors));
}

/** A failure with a message of Pulumi's own in its details. */
function detailed(code: status, message: string, type: string, detail: { serializeBinary(): Uint8Array }): CallFailure {
  const packed = new Any();
  packed.pack(detail.serializeBinary(), `pulumirpc.${type}`);
  const rich = new Status();
  rich.setCode(code);
  rich.setMessage(message);
  rich.addDetails(packed);

  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(rich.serializeBinary()));
  return new CallFailure(code, message, metadata);
}

function isOurFault(error: unknown): error is Error {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError || error instanceof SyntaxError;
}

function isAbortion(error: unknown): boolean {
  return typeof error === "object" && error !== null && "name" in error && error.name === "AbortError";
}
