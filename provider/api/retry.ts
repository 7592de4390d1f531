import { ApiError, NoAnswerError } from "./errors";

/** How far the repetition of one request has got. */
export interface Trial {
  /** Answers and non-answers so far. */
  readonly tries: number;
  /** Milliseconds spent on requests and pauses, without the wait for the rate budget. */
  readonly spent: number;
  /** Milliseconds since the first try, all included. */
  readonly elapsed: number;
}

/** Milliseconds that all tries of one request may take together, as long as it is a failing service or network that is tried. */
export const failingLimit = 60_000;
const failingTries = 5;

/** The longest window of the rate limit: whoever is refused for longer than this isn't refused by the limit. */
const limitedFor = 3_600_000;

/** 422 answers that pass by themselves, and for how long they are believed to. */
const passing: readonly { readonly text: RegExp; readonly patience: number }[] = [
  { text: /please try again(?! with)/i, patience: 300_000 },
  { text: /already has a pending event/i, patience: 300_000 },
  // A key that was added a moment ago is unknown to Droplet creation for up to 45 s.
  { text: /invalid key identifiers/i, patience: 60_000 },
];
const passingPause = 10_000;

/**
 * Milliseconds to pause before the same request is sent again; undefined where it must not be.
 * A 429 was not carried out and costs no pause here: the rate budget holds everyone back.
 */
export function pauseBeforeRepeat(
  error: ApiError | NoAnswerError,
  repeatable: boolean,
  trial: Trial,
  random: () => number,
): number | undefined {
  if (error instanceof ApiError) {
    if (error.status === 429) return trial.elapsed < limitedFor ? 0 : undefined;
    if (error.status === 422) {
      const rule = passing.find(({ text }) => text.test(error.text));
      return rule !== undefined && trial.elapsed + passingPause <= rule.patience ? passingPause : undefined;
    }
    // 501 says that the service doesn't have it, not that it failed.
    if (error.status < 500 || error.status === 501) return undefined;
  }
  if (!repeatable || trial.tries >= failingTries) return undefined;
  const pause = 1_000 * 2 ** (trial.tries - 1) * (0.5 + random() / 2);
  return trial.spent + pause < failingLimit ? pause : undefined;
}
