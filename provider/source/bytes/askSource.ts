import { pause, waitFor } from "../../waiting/waits";
import { retryAfter } from "../../rules/retryAfter";
import type { World } from "../../world";

/** In milliseconds; also the longest `Retry-After` that is followed. */
const [firstPause, longestPause] = [1_000, 30_000];
const attempts = 4;
const mostRedirects = 10;

/** Answers that may be another in a moment. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The URL leads nowhere; the message continues the URL's name, and holds no URL, which may be a secret. */
export class RedirectError extends Error {
  override readonly name = "RedirectError";
}

/**
 * How an image's server is asked: redirects are followed, and an answer that may pass is asked for again within the run, with a backoff or
 * when the server says. Headers, which may hold a key, go to the server that is asked, and to no other that it redirects to.
 */
export function askSource({ send, clock }: Pick<World, "send" | "clock">, headers: Readonly<Record<string, string>> = {}): World["send"] {
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      const asking = { what: `the image's server to answer ${request.method}`, since: clock.now() };
      const answer = await waitFor(asking, followed(request, send, headers));
      const milliseconds = retryAfter(answer.headers, clock.now()) ?? firstPause * 2 ** (attempt - 1);
      if (!mayPass(answer.status) || attempt === attempts || milliseconds > longestPause) return answer;
      await answer.body?.cancel();
      await pause(
        clock,
        milliseconds,
        `another try, since the image's server answered ${request.method} with status ${answer.status}`,
        request.signal,
      );
    }
  };
}

/** Whether the same request may get another answer in a moment. */
export function mayPass(status: number): boolean {
  return passing.has(status);
}

/** What to say of such an answer that has stayed. */
export function stillRefused(method: string, status: number): string {
  return `answered ${method} with status ${status}, also when it was asked again: that may pass, so run the same command later`;
}

async function followed(request: Request, send: World["send"], headers: Readonly<Record<string, string>>): Promise<Response> {
  const { method, signal, url } = request;
  const { origin } = new URL(url);
  const seen = new Set<string>();
  for (let at = new URL(url); ;) {
    const merged = new Headers(at.origin === origin ? headers : {});
    for (const [name, value] of request.headers) merged.set(name, value);
    const answer = await send(new Request(at, { method, headers: merged, redirect: "manual", signal }));
    const location = answer.headers.get("location");
    if (answer.status < 300 || answer.status > 399 || location === null) return answer;
    await answer.body?.cancel();
    seen.add(at.href);
    if (!URL.canParse(location, at.href)) throw new RedirectError("redirects to something that is not a URL");
    at = new URL(location, at);
    if (seen.has(at.href)) throw new RedirectError("redirects in a loop");
    if (seen.size > mostRedirects) throw new RedirectError(`redirects more than ${mostRedirects} times`);
  }
}
