import { request as httpRequest, createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, createServer as createTcpServer, type Server, type Socket } from "node:net";

/** Where a load balancer sends a connection or a request. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

/** How a load balancer checks a target. */
export interface HealthProbe extends Target {
  readonly protocol: "http" | "tcp";
  readonly path: string;
  readonly timeoutSeconds: number;
}

/** A server, and how to stop it together with its connections. */
export interface ListeningServer {
  readonly server: Server;
  readonly stop: () => void;
}

/** How long a client's connection stays open without a request, as each load balancer's answer says. */
export const httpIdleTimeoutSeconds = 60;

/** Forwards each HTTP request to the target that `next` gives, over a connection of its own. Answers 503 if there is none, 502 if it fails. */
export function createHttpProxy(next: () => Target | undefined): ListeningServer {
  const server = createHttpServer((request, response) => {
    const target = next();
    if (target === undefined) {
      answer(response, 503, "No server is available to handle this request.");
      return;
    }
    const { remoteAddress, localPort } = request.socket;
    const forwarded = { "x-forwarded-for": remoteAddress, "x-forwarded-proto": "http", "x-forwarded-port": localPort, connection: "close" };
    const { method, url: path } = request;
    const options = { host: target.address, port: target.port, method, path, headers: { ...request.headers, ...forwarded }, agent: false };
    const upstream = httpRequest(options, (reply: IncomingMessage) => {
      const headers = Object.fromEntries(Object.entries(reply.headers).filter(([name]) => name !== "connection" && name !== "keep-alive"));
      response.writeHead(reply.statusCode ?? 502, headers);
      reply.pipe(response);
    });
    upstream.on("error", () => answer(response, 502, "The server returned an invalid or incomplete response."));
    response.on("close", () => upstream.destroy());
    request.pipe(upstream);
  });
  server.keepAliveTimeout = httpIdleTimeoutSeconds * 1000;
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { server, stop };
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
}

/** Forwards each connection to the target that `next` gives, and closes it if there is none. */
export function createTcpProxy(next: () => Target | undefined): ListeningServer {
  const sockets = new Set<Socket>();
  const server = createTcpServer((client) => {
    const target = next();
    if (target === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(target.port, target.address);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, stop };
}

/** Whether a target passes a check: it accepts a connection or, for HTTP, answers with a status from 200 to 399 in time. */
export function probe({ protocol, address, port, path, timeoutSeconds }: HealthProbe): Promise<boolean> {
  const timeout = timeoutSeconds * 1000;
  return new Promise((resolve) => {
    if (protocol === "tcp") {
      const socket = connect({ host: address, port, timeout }, () => (resolve(true), socket.destroy()));
      socket
        .on("timeout", () => socket.destroy())
        .on("error", () => resolve(false))
        .on("close", () => resolve(false));
      return;
    }
    const request = httpRequest({ host: address, port, path, timeout, agent: false }, (reply) => {
      reply.resume();
      const status = reply.statusCode ?? 0;
      resolve(status >= 200 && status < 400);
    });
    request
      .on("timeout", () => request.destroy())
      .on("error", () => resolve(false))
      .on("close", () => resolve(false))
      .end();
  });
}
