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
  /** One GET. Certificates aren't verified: a Droplet is asked by its address. */
  http(question: HttpQuestion, signal: AbortSignal): Promise<{ readonly status: number } | NoAnswer>;
  /** Connects; where a banner is wanted, the answer has the first line that the other side sends. */
  tcp(question: TcpQuestion, signal: AbortSignal): Promise<{ readonly banner: string } | NoAnswer>;
}

export interface HttpQuestion {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly https: boolean;
  /** The `Host` header; undefined for the address. */
  readonly host?: string;
}

export interface TcpQuestion {
  readonly address: string;
  readonly port: number;
  readonly wantsBanner: boolean;
}

export interface NoAnswer {
  /** A clause. */
  readonly reason: string;
  /** Something came back from the address, if only a refusal. */
  readonly reached: boolean;
}
