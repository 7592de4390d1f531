/**
 * What the outside world is to the provider. The entry hands in the real one; a simulation hands in virtual time, a seeded random
 * source and the emulator itself, and the same code runs hours of copying in milliseconds.
 */
export interface World {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Sends one HTTP request; rejects only when no answer arrived. */
  readonly send: (request: Request) => Promise<Response>;
  readonly probe: Probe;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Asks a Droplet whether it serves. Never rejects: what went wrong is the answer. */
export interface Probe {
  /** GET `http://<address>:<port><path>`; healthy means a status of 200 to 399. */
  http(address: string, port: number, path: string, signal: AbortSignal): Promise<ProbeAnswer>;
}

/** `reached`: something came back from the address, if only a refusal. */
export type ProbeAnswer = { readonly healthy: true } | { readonly healthy: false; readonly reason: string; readonly reached?: boolean };
