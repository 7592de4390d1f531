import { MessageChannel, Worker } from "node:worker_threads";

/** What a thread is told: to hold a port of an address, or to let it go. */
interface Order {
  readonly address: string;
  readonly port: number;
  readonly holds: boolean;
}

/**
 * A thread that never comes to its event loop, since each turn begins with another `nextTick`. So its servers never accept: two connections
 * fill a queue of length 1, and the kernel drops every further SYN, as a firewall does. A server that Node's loop serves can't do that: the
 * loop accepts whatever comes.
 */
const thread = `
const { createServer, connect } = require("node:net");
const { receiveMessageOnPort, workerData: { orders, count } } = require("node:worker_threads");
const held = new Map();

function turn() {
  const told = Atomics.load(count, 0);
  const order = receiveMessageOnPort(orders)?.message;
  if (order === undefined) Atomics.wait(count, 0, told);
  else if (order.holds) return hold(order);
  else {
    for (const one of held.get(order.address + ":" + order.port) ?? []) one.close ? one.close() : one.destroy();
    held.delete(order.address + ":" + order.port);
    done();
  }
  process.nextTick(turn);
}

function hold({ address, port }) {
  const end = () => (done(), process.nextTick(turn));
  const server = createServer().on("error", end);
  server.listen({ host: address, port, backlog: 1 }, () => {
    const filling = [1, 2].map(() => connect(port, address).on("error", () => undefined));
    held.set(address + ":" + port, [server, ...filling]);
    process.nextTick(() => process.nextTick(end));
  });
}

function done() {
  Atomics.add(count, 1, 1);
  Atomics.notify(count, 1);
}

process.nextTick(turn);
`;

const longestMilliseconds = 10_000;

/** Ports on which a connection is neither accepted nor refused: it times out. */
export class DroppingPorts {
  readonly #count = new Int32Array(new SharedArrayBuffer(8));
  #thread: { readonly worker: Worker; readonly tell: (order: Order) => void } | undefined;

  hold(address: string, port: number): void {
    this.#order({ address, port, holds: true });
  }

  release(address: string, port: number): void {
    this.#order({ address, port, holds: false });
  }

  /** Lets go of every port. */
  async close(): Promise<void> {
    await this.#thread?.worker.terminate();
    this.#thread = undefined;
  }

  /** Returns once the order is carried out, so that the port can be opened for real. */
  #order(order: Order): void {
    this.#thread ??= this.#start();
    const done = Atomics.load(this.#count, 1);
    this.#thread.tell(order);
    Atomics.add(this.#count, 0, 1);
    Atomics.notify(this.#count, 0);
    const how = Atomics.wait(this.#count, 1, done, longestMilliseconds);
    if (how === "timed-out") throw new Error(`Port ${order.port} of ${order.address} could not be ${order.holds ? "held" : "released"}.`);
  }

  #start(): { readonly worker: Worker; readonly tell: (order: Order) => void } {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(thread, { eval: true, workerData: { orders: port2, count: this.#count }, transferList: [port2] });
    worker.unref();
    port1.unref();
    return { worker, tell: (order) => port1.postMessage(order) };
  }
}
