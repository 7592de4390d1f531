import { setTimeout } from "node:timers/promises";

/** What load balancers answered while something went on. */
export interface Answers {
  /** How many came from each image, by its number. */
  readonly byImage: ReadonlyMap<string, number>;
  /** What was wrong with those that are no good answer. */
  readonly failures: readonly string[];
}

const pauseMilliseconds = 20;
const longestWaitMilliseconds = 5_000;

/** Asks each URL again and again for as long as `work` takes. */
export async function askDuring(urls: readonly string[], work: () => Promise<void>): Promise<Answers> {
  const byImage = new Map<string, number>();
  const failures: string[] = [];
  const ended = new AbortController();
  const asking = urls.map(async (url) => {
    while (!ended.signal.aborted) {
      const answer = await ask(url);
      if ("failure" in answer) failures.push(answer.failure);
      else byImage.set(answer.image, (byImage.get(answer.image) ?? 0) + 1);
      await setTimeout(pauseMilliseconds);
    }
  });
  try {
    await work();
  } finally {
    ended.abort();
    await Promise.all(asking);
  }
  return { byImage, failures };
}

/** The emulator's Droplets answer with the image that they run. */
async function ask(url: string): Promise<{ readonly image: string } | { readonly failure: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(longestWaitMilliseconds) });
    const text = await response.text();
    if (!response.ok) return { failure: `${url} answered ${response.status}: ${text.trim()}` };
    return { image: /\(image (\d+)\)/.exec(text)?.[1] ?? "unknown" };
  } catch (error) {
    return { failure: `${url} gave no answer: ${error instanceof Error ? error.message : String(error)}` };
  }
}
