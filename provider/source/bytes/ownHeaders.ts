import type { World } from "../../world";

const mostRedirects = 10;

/** Sends as `send` does, with headers, which may hold a key: they go to the server that is asked, and to no other that it redirects to. */
export function withOwnHeaders(send: World["send"], headers: Readonly<Record<string, string>> = {}): World["send"] {
  return async (request) => {
    const { method, signal, url } = request;
    const { origin } = new URL(url);
    let at = new URL(url);
    for (let redirects = 0; ; redirects += 1) {
      const merged = new Headers(at.origin === origin ? headers : {});
      for (const [name, value] of request.headers) merged.set(name, value);
      const answer = await send(new Request(at, { method, headers: merged, redirect: "manual", signal }));
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status > 399 || location === null || redirects === mostRedirects) return answer;
      await answer.body?.cancel();
      at = new URL(location, at);
    }
  };
}
