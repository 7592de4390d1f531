import { once } from "node:events";
import { createServer, request as ask, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What an import asks of Spaces: to take a part of an upload, change who may read, show itself to who has no key, remove the object. */
export type SpacesRequest = "part" | "visibility" | "look" | "removal";

const isOfKind: Readonly<Record<SpacesRequest, (request: IncomingMessage) => boolean>> = {
  part: ({ method, url = "" }) => method === "PUT" && url.includes("partNumber="),
  visibility: ({ method, url = "" }) => method === "PUT" && url.includes("?acl"),
  look: ({ method, headers }) => method === "HEAD" && headers.authorization === undefined,
  removal: ({ method, url = "" }) => method === "DELETE" && !url.includes("uploadId="),
};

/** A way to Spaces on which a request can be held, so that the run that made it stands still. */
export interface HeldSpaces {
  readonly endpoint: string;
  /** Resolves when the next request of this kind has come; it never gets any further. */
  hold(kind: SpacesRequest): Promise<void>;
  close(): void;
}

export async function startHeldSpaces(target: string): Promise<HeldSpaces> {
  const { hostname, port } = new URL(target);
  let held: { readonly kind: SpacesRequest; readonly arrived: () => void } | undefined;
  const server = createServer((request, response) => {
    if (held !== undefined && isOfKind[held.kind](request)) {
      held.arrived();
      held = undefined;
      return;
    }
    // The signature covers the headers, the host among them.
    const { method, url, headers } = request;
    const onward = ask({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (kind) => new Promise((arrived) => (held = { kind, arrived })),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
