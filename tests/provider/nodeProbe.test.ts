import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { nodeProbe } from "../../provider/nodeProbe";

const address = "127.0.0.1";
const signal = new AbortController().signal;
const servers: Server[] = [];

afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return (server.address() as AddressInfo).port;
}

/** What the probe does to a connection that it has done with. */
const ignored = (): void => undefined;

const tcp = (handler: (socket: Socket) => unknown): Promise<number> =>
  listening(
    createServer((socket) => {
      socket.on("error", ignored).resume();
      handler(socket);
    }),
  );

const http = (handler: RequestListener): Promise<number> => listening(createHttpServer(handler));

test("asks by one GET with the host that is wanted, and follows no redirect", async () => {
  const asked: unknown[] = [];
  const port = await http(({ method, url, headers }, response) => {
    asked.push([method, url, headers.host]);
    response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
  });
  expect(await nodeProbe.http({ address, port, path: "/health?a=1", https: false, host: "shop.example.com" }, signal)).toEqual({
    status: 302,
  });
  expect(asked).toEqual([["GET", "/health?a=1", "shop.example.com"]]);
});

test("tells a refusal, which comes from the address, from an end of the asking", async () => {
  const port = await http(() => undefined);
  await new Promise((resolve) => servers.splice(0)[0]!.close(resolve));
  const refused = await nodeProbe.http({ address, port, path: "/", https: false }, signal);
  expect(refused).toMatchObject({ reason: expect.stringContaining("ECONNREFUSED") as string, reached: true });
  expect(await nodeProbe.tcp({ address, port, wantsBanner: false }, signal)).toMatchObject({ reached: true });
  const silent = await tcp(ignored);
  const stop = new AbortController();
  const asking = nodeProbe.tcp({ address, port: silent, wantsBanner: true }, stop.signal);
  stop.abort(new Error("too late"));
  expect(await asking).toEqual({ reason: "too late", reached: false });
});

test("reads the first line that a server sends, where one is wanted", async () => {
  const port = await tcp((socket) => socket.write("SSH-2.0-OpenSSH_9.6\r\nmore"));
  expect(await nodeProbe.tcp({ address, port, wantsBanner: true }, signal)).toEqual({ banner: "SSH-2.0-OpenSSH_9.6" });
  expect(await nodeProbe.tcp({ address, port, wantsBanner: false }, signal)).toEqual({ banner: "" });
});

test("says where a server closes the connection without a word", async () => {
  const port = await tcp((socket) => socket.end());
  expect(await nodeProbe.tcp({ address, port, wantsBanner: true }, signal)).toEqual({ reason: "the connection was closed", reached: true });
});

test("takes a server that speaks no TLS, or no HTTP, for one that can be reached", async () => {
  const plain = await http((_, response) => response.end());
  expect(await nodeProbe.http({ address, port: plain, path: "/", https: true }, signal)).toMatchObject({ reached: true });
  for (const words of ["SSH-2.0-OpenSSH_9.6\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 two hundred\r\n\r\n"]) {
    const other = await tcp((socket) => socket.end(words));
    expect(await nodeProbe.http({ address, port: other, path: "/", https: false }, signal)).toMatchObject({ reached: true });
  }
});
