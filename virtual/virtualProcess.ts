import { createApi } from "../provider/api/digitalOcean";
import { createContext, type ContextArgs, type ProviderContext } from "../provider/providerContext";
import type { Clock, Probe } from "../provider/world";
import type { VirtualClock } from "./virtualClock";
import { endpoint, type VirtualService } from "./virtualService";

export interface VirtualProcessArgs extends Pick<ContextArgs, "spaces"> {
  readonly random: () => number;
  /** Default: the service's own. */
  readonly token?: string;
  /** Default: none. */
  readonly namespace?: string;
  /** Answers what arrives. Default: the service does. */
  readonly answer?: (request: Request) => Promise<Response>;
  /** Default: every Droplet is healthy. */
  readonly probe?: Probe;
  readonly staging?: (process: VirtualProcess) => ContextArgs["staging"];
}

/** Where a process dies: at its n-th request from now that matches, before that arrives or after it took effect. Requests to Spaces have no `Request`. */
export interface Death {
  readonly at: number;
  readonly when: "before" | "after";
  readonly matches?: (request?: Request) => boolean;
}

/** One run of the provider process at a service: what it remembers ends with it, and so does all that it waits for. */
export class VirtualProcess {
  readonly context: ProviderContext;
  readonly clock: MortalClock;
  /** Resolves when it has died. */
  readonly dead: Promise<void>;
  readonly #life = new AbortController();
  #death: { at: number; when: Death["when"]; matches: NonNullable<Death["matches"]> } = {
    at: Infinity,
    when: "before",
    matches: () => false,
  };

  constructor(
    service: VirtualService,
    { random, probe = healthy, token = service.token, namespace = "", staging, spaces, ...args }: VirtualProcessArgs,
  ) {
    const { answer = (request: Request) => service.emulator.fetch(request) } = args;
    this.clock = new MortalClock(service.clock, this.life);
    this.dead = new Promise((resolve) => this.life.addEventListener("abort", () => resolve()));
    const isOfSource = ({ url }: Request): boolean => !url.startsWith(`${endpoint}/`);
    const send = (request: Request) => this.pass(() => answer(request), request, !isOfSource(request));
    const world = { clock: this.clock, random, send, probe };
    const api = createApi({ token, endpoint, world });
    this.context = createContext({ api, world, namespace, spaces, staging: staging?.(this) });
  }

  get life(): AbortSignal {
    return this.#life.signal;
  }

  isDead(): boolean {
    return this.life.aborted;
  }

  /** From here on nothing that it sends arrives, nothing comes back, and what sleeps never wakes: kill -9. */
  kill(): void {
    this.#life.abort();
  }

  killAt({ matches = () => true, ...death }: Death): void {
    this.#death = { ...death, matches };
  }

  /** Lets a request happen, unless the process has died by then. */
  async pass<T>(act: () => Promise<T> | T, request?: Request, counts = true): Promise<T> {
    const death = this.#death;
    if (counts && death.matches(request)) death.at -= 1;
    const isLast = death.at <= 0;
    if (isLast && death.when === "before") this.kill();
    if (this.isDead()) return never();
    const answer = await act();
    if (isLast) this.kill();
    return this.isDead() ? never() : answer;
  }
}

/** A process's clock: what sleeps when it dies never wakes. */
class MortalClock implements Clock {
  /** Those that are running; 0 when the process is at rest. */
  timers = 0;
  /** How far somebody has set the clock of its machine, in milliseconds. */
  offset = 0;
  readonly #clock: VirtualClock;
  readonly #life: AbortSignal;

  constructor(clock: VirtualClock, life: AbortSignal) {
    this.#clock = clock;
    this.#life = life;
  }

  now(): number {
    return this.#clock.now() + this.offset;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.timers += 1;
    try {
      await this.#clock.sleep(milliseconds, signal);
    } finally {
      this.timers -= 1;
    }
    if (this.#life.aborted) await never();
  }
}

const healthy: Probe = { http: () => Promise.resolve({ status: 200 }), tcp: () => Promise.resolve({ banner: "" }) };

function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}
