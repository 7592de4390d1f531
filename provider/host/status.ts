import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { describe, type Waits } from "../waiting/waits";
import type { Clock } from "../world";
import type { Redact } from "./redaction";

/** Lines of one resource that would come sooner after another wait, and the last one wins. */
const quietMilliseconds = 5000;

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
  readonly progress: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly info: (text: string) => void;
  readonly end: () => void;
}

/** Gives operations their voices; paces the progress lines of each resource, also over operations that follow one another. */
export class StatusLines {
  readonly #clock: Clock;
  readonly #send: SendLine;
  readonly #lastSent = new Map<string, number>();

  constructor(clock: Clock, send: SendLine) {
    this.#clock = clock;
    this.#send = send;
  }

  /** The voice of one operation on the resource of this URN; while the operation is silent, it says what that waits for. */
  open(urn: string, redact: Redact, waits: Waits): StatusSpeaker {
    const ended = new AbortController();
    let heardAt = this.#clock.now();
    let waiting: string | undefined;

    const keep = (severity: Line["severity"]) => (text: string) => this.#send({ severity, urn, text: redact(text), ephemeral: false });
    const sendNow = (text: string) => {
      heardAt = this.#clock.now();
      this.#lastSent.set(urn, heardAt);
      this.#send({ severity: "info", urn, text: redact(text), ephemeral: true });
    };
    const progress = (text: string) => {
      if (ended.signal.aborted) return;
      const wait = (this.#lastSent.get(urn) ?? -Infinity) + quietMilliseconds - this.#clock.now();
      if (waiting !== undefined || wait > 0) {
        if (waiting === undefined) progressLater(wait).catch(() => undefined);
        waiting = text;
        return;
      }
      sendNow(text);
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
