import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";

import { createHttpProxy, createTcpProxy, probe, type HealthProbe, type ListeningServer, type Target } from "./balancing";
import { DroppingPorts } from "./droppingPorts";
import type { Random } from "./ids";
import type { Listen } from "./workloads";

/** The Droplets' network, as the emulator's entry passes it in. */
export interface Network {
  /** A free address for a Droplet. */
  allocate(): string;
  /** Opens a port on an address; `greeting` says who answers. A port that cannot be opened is skipped. */
  open(address: string, listen: Listen, greeting: string): void;
  /** Opens a port on an address that forwards to the targets that `next` gives. */
  forward(address: string, listen: Listen, next: () => Target | undefined): void;
  /** Whether a target passes a health check. */
  probe(probe: HealthProbe): Promise<boolean>;
  /** Lets connections to a port of an address time out, until it is closed. */
  drop(address: string, port: number): void;
  /** Closes a port on an address, or every one. */
  close(address: string, port?: number): void;
  /** Addresses with the ports that are open on them. */
  listening(): ReadonlyMap<string, readonly Listen[]>;
}

/** A network that only records which ports are open, for simulations. */
export class RecordedNetwork implements Network {
  readonly #open = new Map<string, Listen[]>();
  readonly #forwards = new Map<string, () => Target | undefined>();
  #next = 0;

  allocate(): string {
    this.#next += 1;
    return `127.64.${Math.floor(this.#next / 250) % 256}.${(this.#next % 250) + 1}`;
  }

  open(address: string, listen: Listen): void {
    this.#open.set(address, [...(this.#open.get(address) ?? []), listen]);
  }

  forward(address: string, listen: Listen, next: () => Target | undefined): void {
    this.open(address, listen);
    this.#forwards.set(`${address}:${listen.port}`, next);
  }

  /** Where the next connection to a port that forwards goes; undefined where it is refused. */
  route(address: string, port: number): Target | undefined {
    return this.#open.get(address)?.some((listen) => listen.port === port) === true
      ? this.#forwards.get(`${address}:${port}`)?.()
      : undefined;
  }

  probe({ address, port, protocol }: HealthProbe): Promise<boolean> {
    const found = this.#open.get(address)?.find((listen) => listen.port === port);
    const passes = found !== undefined && (protocol === "tcp" || (found.kind === "http" && (found.status ?? 200) < 400));
    return Promise.resolve(passes);
  }

  drop(): void {
    // Not open is all that is recorded.
  }

  close(address: string, port?: number): void {
    const left = (this.#open.get(address) ?? []).filter((listen) => port !== undefined && listen.port !== port);
    if (left.length > 0) this.#open.set(address, left);
    else this.#open.delete(address);
  }

  listening(): ReadonlyMap<string, readonly Listen[]> {
    return this.#open;
  }
}

/** The loopback network of this machine: each Droplet has its own address in 127.0.0.0/8 with real listeners. */
export class LoopbackNetwork implements Network {
  readonly #random: Random;
  readonly #log: (line: string) => void;
  readonly #dropping = new DroppingPorts();
  readonly #dropped = new Map<string, readonly number[]>();
  readonly #taken = new Map<string, number>();
  readonly #servers = new Map<string, { readonly listen: Listen; readonly server: Server; readonly stop: () => void }[]>();

  /** `random` must differ between processes, or their Droplets get the same addresses. */
  constructor(random: Random, log: (line: string) => void) {
    this.#random = random;
    this.#log = log;
  }

  allocate(): string {
    const octet = (from: number, to: number): number => from + Math.floor(this.#random() * (to - from + 1));
    const address = `127.${octet(16, 239)}.${octet(0, 255)}.${octet(1, 254)}`;
    return this.#servers.has(address) ? this.allocate() : address;
  }

  open(address: string, listen: Listen, greeting: string): void {
    const take = () => this.#taken.set(`${listen.port} ${greeting}`, this.taken(listen.port, greeting) + 1);
    this.#listen(address, listen, createListener(listen, greeting, take));
  }

  /** How many requests those who answer with a greeting have taken on a port, even where it is closed by now. */
  taken(port: number, greeting: string): number {
    return this.#taken.get(`${port} ${greeting}`) ?? 0;
  }

  forward(address: string, listen: Listen, next: () => Target | undefined): void {
    this.#listen(address, listen, listen.kind === "http" ? createHttpProxy(next) : createTcpProxy(next));
  }

  probe(check: HealthProbe): Promise<boolean> {
    return probe(check);
  }

  drop(address: string, port: number): void {
    this.#dropped.set(address, [...(this.#dropped.get(address) ?? []), port]);
    this.#dropping.hold(address, port);
  }

  #listen(address: string, listen: Listen, { server, stop }: ListeningServer): void {
    const entry = { listen, server, stop };
    this.#servers.set(address, [...(this.#servers.get(address) ?? []), entry]);
    server.on("error", (error) => {
      this.#log(`Port ${listen.port} of ${address} stays closed: ${error.message}.`);
      this.#servers.set(
        address,
        (this.#servers.get(address) ?? []).filter((other) => other !== entry),
      );
    });
    server.listen(listen.port, address);
  }

  close(address: string, port?: number): void {
    const dropped = this.#dropped.get(address) ?? [];
    for (const one of dropped) if (port === undefined || one === port) this.#dropping.release(address, one);
    this.#dropped.set(
      address,
      dropped.filter((one) => port !== undefined && one !== port),
    );
    const entries = this.#servers.get(address) ?? [];
    const left = entries.filter(({ listen }) => port !== undefined && listen.port !== port);
    for (const entry of entries) if (!left.includes(entry)) entry.stop();
    if (left.length > 0) this.#servers.set(address, left);
    else this.#servers.delete(address);
  }

  /** Closes every port on every address. */
  async closeAll(): Promise<void> {
    for (const address of [...this.#servers.keys()]) this.close(address);
    this.#dropped.clear();
    await this.#dropping.close();
  }

  listening(): ReadonlyMap<string, readonly Listen[]> {
    const open = [...this.#servers].map(([address, entries]) => {
      const bound = entries.filter(({ server }) => server.listening).map(({ listen }) => listen);
      return [address, bound] as const;
    });
    return new Map(open);
  }
}

function createListener({ kind, status = 200 }: Listen, greeting: string, take: () => void): ListeningServer {
  if (kind === "http") {
    const server = createHttpServer((_, response) => {
      take();
      response.writeHead(status, { "content-type": "text/plain" }).end(`${greeting}\n`);
    });
    const stop = (): void => {
      server.close();
      server.closeAllConnections();
    };
    return { server, stop };
  }
  const sockets = new Set<{ destroy(): void }>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    if (kind === "ssh") socket.write("SSH-2.0-OpenSSH_9.9\r\n");
    socket.resume();
  });
  return {
    server,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
