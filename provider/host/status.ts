import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { describe, type Waits } from "../waiting/waits";
import type { Clock } from "../world";
import type { Environment } from "./configuration";
import type { Redact } from "./redaction";
import type { Call } from "./resource";

/** Lines of one resource that would come sooner after another wait, and the last one wins. In milliseconds. */
const quietOnTerminal = 5_000;
/** In a log, which keeps every line, they are left out. */
const quietInLog = 30_000;

/** An operation that has said nothing for so long says what it waits for, in milliseconds. */
const heartbeat = 30_000;

/** One line for the engine's display. Ephemeral ones stand beside the resource while it works; others stay in the diagnostics. */
export interface Line {
  readonly severity: "info" | "warning";
  readonly urn: string;
  readonly text: string;
  readonly ephemeral: boolean;
}

/** Where lines go. Never fails: an operation goes on if its line is lost. */
export type SendLine = (line: Line) => void;

/** The engine is on this machine, where no proxy leads. */
const direct = { "grpc.enable_http_proxy": 0 };

/** Sends lines to the engine that it was told of last; before that, nowhere. */
export class EngineLog {
  #engine: { readonly address: string; readonly client: EngineClient } | undefined;

  /** `host:port`. The engine that started the process names itself on the command line, one that attaches to it in its first call. */
  attach(address: string): void {
    if (address === "" || address === this.#engine?.address) return;
    this.close();
    this.#engine = { address, client: new EngineClient(address, credentials.createInsecure(), direct) };
  }

  /** Of the engine that listens; empty before one has attached. */
  get address(): string {
    return this.#engine?.address ?? "";
  }

  readonly send: SendLine = ({ severity, urn, text, ephemeral }) => {
    const request = new LogRequest();
    request.setSeverity(severity === "info" ? LogSeverity.INFO : LogSeverity.WARNING);
    request.setUrn(urn);
    request.setMessage(text);
    request.setEphemeral(ephemeral);
    this.#engine?.client.log(request, () => undefined);
  };

  close(): void {
    this.#engine?.client.close();
    this.#engine = undefined;
  }
}

/** What an operation says, and its end: a line that still waits then is sent at once, since the engine shows the last one beside the result. */
export interface StatusSpeaker {
  readonly progress: Call["progress"];
  readonly warn: (text: string) => void;
  readonly info: (text: string) => void;
  readonly end: () => void;
}

/** Gives operations their voices; paces the progress lines of each resource, also over operations that follow one another. */
export class StatusLines {
  readonly #clock: Clock;
  readonly #send: SendLine;
  readonly #inLog: boolean;
  readonly #lastSent = new Map<string, number>();

  /** `CI` of the environment, which pipelines set, says that what the engine prints is kept in a log. */
  constructor(clock: Clock, send: SendLine, { CI = "" }: Environment) {
    this.#clock = clock;
    this.#send = send;
    this.#inLog = !["", "0", "false"].includes(CI.toLowerCase());
  }

  /** The voice of one operation on the resource of this URN; while the operation is silent, it says what that waits for. */
  open(urn: string, redact: Redact, waits: Waits): StatusSpeaker {
    const ended = new AbortController();
    const quiet = this.#inLog ? quietInLog : quietOnTerminal;
    let heardAt = this.#clock.now();
    let waiting: string | undefined;
    // There the engine's own line of the operation's beginning is one, too.
    if (this.#inLog) this.#lastSent.set(urn, heardAt);

    const keep = (severity: Line["severity"]) => (text: string) => this.#send({ severity, urn, text: redact(text), ephemeral: false });
    const sendNow = (text: string) => {
      heardAt = this.#clock.now();
      this.#lastSent.set(urn, heardAt);
      this.#send({ severity: "info", urn, text: redact(text), ephemeral: true });
    };
    const progress = (text: string) => {
      if (ended.signal.aborted) return false;
      const wait = (this.#lastSent.get(urn) ?? -Infinity) + quiet - this.#clock.now();
      if (waiting === undefined && wait <= 0) {
        sendNow(text);
        return true;
      }
      if (this.#inLog) return false;
      if (waiting === undefined) progressLater(wait).catch(() => undefined);
      waiting = text;
      return true;
    };
    const progressLater = async (milliseconds: number) => {
      await this.#clock.sleep(milliseconds, ended.signal);
      const text = waiting;
      waiting = undefined;
      if (text !== undefined) progress(text);
    };
    const sayWaits = async () => {
      for (;;) {
        await this.#clock.sleep(heardAt + heartbeat - this.#clock.now(), ended.signal);
        if (this.#clock.now() < heardAt + heartbeat) continue;
        heardAt = this.#clock.now();
        if (waits.longest !== undefined) progress(describe(waits.longest, heardAt));
      }
    };
    sayWaits().catch(() => undefined);

    return {
      progress,
      warn: keep("warning"),
      info: keep("info"),
      end: () => {
        ended.abort();
        if (waiting !== undefined) sendNow(waiting);
      },
    };
  }
}
