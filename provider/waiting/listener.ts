/** Who waits: when to stop, and where to say how it goes. */
export interface Listener {
  /** Aborts on the engine's Cancel and when the time limit has passed; its reason is an `Interrupted`. */
  readonly signal: AbortSignal;
  /**
   * A status line beside the resource while it works. Lines that come within 5 s of another replace each other; in a log, those within 30 s
   * are left out, and it returns false.
   */
  progress(text: string): boolean | undefined;
  /** A line that stays in the diagnostics. */
  info(text: string): void;
}
