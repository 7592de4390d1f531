import { orAborted } from "./orAborted";
import { waitFor, Waits } from "./waits";

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly controller: AbortController;
  readonly waits: Waits;
  askers: number;
  landed: boolean;
}

/**
 * One answer for everyone who asks, while it is on its way and after, until somebody here changes what it was about. A failure is told to
 * those who wait for it and forgotten. A request that nobody waits for any more is aborted.
 */
export class SingleFlight<T> {
  readonly #read: (signal: AbortSignal) => Promise<T>;
  #flight: Flight<T> | undefined;

  constructor(read: (signal: AbortSignal) => Promise<T>) {
    this.#read = read;
  }

  async get(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const flight = (this.#flight ??= this.#start());
    flight.askers += 1;
    try {
      return await waitFor(flight.waits, orAborted(flight.answer, signal));
    } finally {
      flight.askers -= 1;
      if (flight.askers === 0 && !flight.landed) {
        this.#drop(flight);
        flight.controller.abort(signal.reason);
      }
    }
  }

  /** The next to ask gets a new answer; those who wait already keep the old one. */
  forget(): void {
    this.#flight = undefined;
  }

  /** An answer that came another way, newer than what was known. */
  set(value: T): void {
    this.#flight = { answer: Promise.resolve(value), controller: new AbortController(), waits: new Waits(), askers: 0, landed: true };
  }

  #start(): Flight<T> {
    const controller = new AbortController();
    const waits = new Waits();
    const flight: Flight<T> = { answer: waits.during(() => this.#read(controller.signal)), controller, waits, askers: 0, landed: false };
    flight.answer.then(
      () => (flight.landed = true),
      () => {
        flight.landed = true;
        this.#drop(flight);
      },
    );
    return flight;
  }

  #drop(flight: Flight<T>): void {
    if (this.#flight === flight) this.#flight = undefined;
  }
}
