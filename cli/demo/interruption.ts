import { EventEmitter } from "node:events";

/** Ctrl-C, SIGTERM or a closed terminal: the engine is told first, then everything that the demo started ends. */
export interface Interruption {
  /** Aborted by the first one. */
  readonly signal: AbortSignal;
  /** Calls the listener at each one. Returns what ends that. */
  onEach(listener: () => void): () => void;
}

/** Listens from now on until the process ends: nothing else ends it meanwhile, however often Ctrl-C is pressed. */
export function interruption(): Interruption {
  const controller = new AbortController();
  const emitter = new EventEmitter();
  const interrupt = () => {
    controller.abort(new Error("The demo was interrupted."));
    emitter.emit("interrupt");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    onEach: (listener) => {
      emitter.on("interrupt", listener);
      return () => emitter.off("interrupt", listener);
    },
  };
}
