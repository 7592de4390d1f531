import type { World } from "../../world";

type Dispatcher = NonNullable<RequestInit["dispatcher"]>;
type Handler = Parameters<Dispatcher["dispatch"]>[1];

/** Under which node keeps the dispatcher of its `fetch`: its own, or one that the program has set. */
const globalDispatcher = Symbol.for("undici.globalDispatcher.1");

/**
 * Sends by node's `fetch`, but who asks for `Accept-Encoding: identity` gets the bytes that the server sends. `fetch` would unpack a `.gz`
 * file that the server calls `Content-Encoding: x-gzip`, as Apache does, and digest, length and ranges would be those of other bytes.
 */
export function asServed(node: typeof globalThis): World["send"] {
  const dispatch: Dispatcher["dispatch"] = (options, handler) => {
    const own = (node as unknown as Record<symbol, Dispatcher | undefined>)[globalDispatcher];
    if (own === undefined)
      throw new Error(
        "Bytes can't be read as they are served: this version of Node keeps the dispatcher of its `fetch` elsewhere. Run imagefleet on Node.js 20, 22 or 24.",
      );
    return own.dispatch(options, withoutEncoding(handler));
  };
  const dispatcher = { dispatch } as unknown as Dispatcher;
  return (request) => (request.headers.get("accept-encoding") === "identity" ? node.fetch(request, { dispatcher }) : node.fetch(request));
}

/** The same handler, which never hears of a content encoding. */
function withoutEncoding(handler: Handler): Handler {
  return new Proxy(handler, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "onHeaders") return value.bind(target) as unknown;
      return (status: number, headers: readonly Buffer[], ...rest: unknown[]): unknown => {
        const kept = headers.filter((_, at) => headers[at - (at % 2)]?.toString().toLowerCase() !== "content-encoding");
        return value.call(target, status, kept, ...rest) as unknown;
      };
    },
  });
}
