import type { World } from "../world";
import type { Environment } from "./configuration";
import type { Provider } from "./provider";
import type { StatusLines } from "./status";
import { cancelled } from "./timeLimit";
import type { Decoded } from "./values";

/** What a host is made of, handed in once. */
export interface HostContext<S> {
  readonly provider: Provider<S>;
  readonly world: World;
  readonly environment: Environment;
  readonly lines: StatusLines;
  /** Text for those who debug the provider itself. */
  readonly debug: (text: string) => void;
}

/** The state of a running host: what Configure made, and whether the run is cancelled. */
export class HostSession<S> {
  #configured: { readonly value: S; readonly configuration: Decoded } | undefined;
  #cancellation = new AbortController();
  #released = Promise.resolve();
  #release: (() => void) | undefined;

  /** Begins a run: the engine cancels at the end of every one, also when it goes on with the same process. */
  begin(): void {
    if (this.#cancellation.signal.aborted) this.#cancellation = new AbortController();
    if (this.#release === undefined) this.#released = new Promise((resolve) => (this.#release = resolve));
  }

  /** The engine cancels the run, and with that lets the process end. */
  release(): void {
    this.cancel();
    this.#release?.();
    this.#release = undefined;
  }

  /** Resolves when no engine has a run that it must still cancel: it takes the end of a process before that for a crash. */
  get released(): Promise<void> {
    return this.#released;
  }

  configure(value: S, configuration: Decoded): void {
    this.#configured = { value, configuration };
  }

  cancel(): void {
    this.#cancellation.abort(cancelled());
  }

  /** Aborts, with an `Interrupted`, when the engine cancels the run. */
  get cancelled(): AbortSignal {
    return this.#cancellation.signal;
  }

  /** What the provider's `configure` made. */
  get value(): S {
    if (this.#configured === undefined) throw new Error("The provider was called before it was configured.");
    return this.#configured.value;
  }

  /** What must not appear in any message, besides a call's own secrets. */
  get configuration(): Decoded {
    return this.#configured?.configuration ?? { values: {}, secrets: new Set() };
  }
}
