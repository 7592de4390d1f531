import { waitFor } from "../waiting/waits";
import type { Clock } from "../world";
import type { Priority } from "./api";
import { readRateHeaders } from "./rateHeaders";
import { SlidingCount } from "./slidingCount";

const minuteLimit = 250;
const hourLimit = 5_000;
/** Two clocks never agree to the millisecond: windows are kept a second longer than the service says. */
const minuteWindow = 61_000;
const hourWindow = 3_601_000;

/** Parts of the limits that background polls leave to others: a fifth of the hour and of the minute. */
const reserve = 0.2;
/**
 * How steeply polls slow down: what is left beyond the reserve, so many times an hour. Their top speed is where that comes to rest with
 * nobody else about (at 1.5, two polls in three seconds); to start faster would mean to stop later, until the hour has slid past.
 */
const steepness = 1.5;
const topSpeed = steepness / (1 + steepness);
/** Polls that may go at once after a quiet time. */
const burst = 100;
/** A poll that waited this long goes first, whatever others wait for: so nothing starves, and what is left gets known. */
const longestWait = 60_000;

/** After a refusal within the minute the allowance is halved, down to the first figure, and grows back by the second per minute. */
const leastAllowance = 10;
const regrowth = 25;

interface Waiter {
  readonly since: number;
  readonly admit: () => void;
}

interface Sent {
  readonly order: number;
  readonly at: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * The rate limit of one token at one endpoint, shared by all who use it here, and by what the answers tell also with those who use it
 * elsewhere. Foreground requests go as long as the service can be expected to take them; polls at a pace that falls with
 * what is left of the hour (whoever used it), so they come to rest at a share of the limit instead of running into it.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #minute = new SlidingCount(minuteWindow);
  readonly #hour = new SlidingCount(hourWindow);
  readonly #waiting: Record<Priority, Waiter[]> = { foreground: [], background: [] };

  #latest = 0;
  #setBack = 0;
  #orders = 0;
  #underWay = 0;
  #wakeUp: AbortController | undefined;

  #hourLimit = hourLimit;
  #reported: { readonly remaining: number; readonly resetAt: number; readonly order: number } | undefined;
  #closedUntil = -Infinity;
  #refusals = 0;
  #refusedAt = -Infinity;
  #allowance = { most: minuteLimit, since: 0 };

  #credit = burst;
  #creditAt = 0;
  #lastPoll = -Infinity;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Waits for its turn, sends, and learns from the answer. Rejects with the signal's reason if it aborts before the turn came. */
  async spend<T extends Answer>(priority: Priority, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    const wait = { what: "the rate limit of the API", since: this.#clock.now(), until: () => this.#opensAt() };
    await waitFor(wait, this.#turn(priority, signal));
    const sent = { order: ++this.#orders, at: this.#now() };
    try {
      const answer = await send();
      this.#learn(answer, sent);
      return answer;
    } finally {
      const now = this.#now();
      this.#underWay -= 1;
      this.#minute.end(now);
      this.#hour.end(now);
      this.#admit();
    }
  }

  #turn(priority: Priority, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const queue = this.#waiting[priority];
      const leave = (): void => {
        queue.splice(queue.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.#admit();
      };
      const waiter = {
        since: this.#now(),
        admit: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      queue.push(waiter);
      this.#admit();
    });
  }

  /** Lets everyone go whose turn it is, and wakes up again for the next. */
  #admit(): void {
    this.#wakeUp?.abort();
    this.#wakeUp = undefined;
    const now = this.#now();
    for (;;) {
      const { priority, wait } = this.#next(now);
      const waiter = this.#waiting[priority][0];
      if (waiter === undefined || wait === Infinity) return;
      if (wait > 0) {
        this.#wakeIn(wait);
        return;
      }
      this.#waiting[priority].shift();
      this.#underWay += 1;
      this.#minute.begin();
      this.#hour.begin();
      if (priority === "background") {
        this.#credit = Math.max(0, this.#credit - 1);
        this.#lastPoll = now;
      }
      waiter.admit();
    }
  }

  /** Who goes next, and in how many milliseconds. */
  #next(now: number): { readonly priority: Priority; readonly wait: number } {
    const open = this.#untilOpen(now);
    const poll = this.#waiting.background[0];
    const crowded = this.#waiting.foreground.length > 0;
    if (poll === undefined) return { priority: "foreground", wait: crowded ? open : Infinity };
    const overdue = Math.max(0, Math.max(poll.since, this.#lastPoll) + longestWait - now);
    if (crowded && overdue > open) return { priority: "foreground", wait: open };
    const paced = crowded ? Infinity : this.#untilPaced(now);
    return { priority: "background", wait: Math.max(open, Math.min(overdue, paced)) };
  }

  #untilOpen(now: number): number {
    const closed = Math.max(0, this.#closedUntil - now);
    const minute = this.#minute.untilRoom(this.#minuteAllowance(now), now);
    const hour = this.#hour.untilRoom(this.#hourLimit, now);
    return Math.max(closed, minute, hour, this.#untilReported(now));
  }

  #opensAt(): number | undefined {
    const milliseconds = this.#untilOpen(this.#now());
    return milliseconds === Infinity ? undefined : this.#clock.now() + milliseconds;
  }

  /** With nothing left by the last report, one request may go when the report runs out, and its answer tells more. */
  #untilReported(now: number): number {
    if (this.#reported === undefined || this.#reported.remaining > this.#underWay) return 0;
    return this.#underWay > 0 ? Infinity : Math.max(0, this.#reported.resetAt - now);
  }

  #untilPaced(now: number): number {
    const left = Math.min(this.#hourLimit - this.#hour.count(now), (this.#reported?.remaining ?? Infinity) - this.#underWay);
    const hourly = Math.min(steepness * (left - reserve * this.#hourLimit), topSpeed * (1 - reserve) * this.#hourLimit);
    const pace = Math.max(1 / longestWait, hourly / hourWindow);
    this.#credit = Math.min(burst, this.#credit + pace * (now - this.#creditAt));
    this.#creditAt = now;
    const credit = this.#credit >= 1 ? 0 : Math.ceil((1 - this.#credit) / pace);
    return Math.max(credit, this.#minute.untilRoom((1 - reserve) * this.#minuteAllowance(now), now));
  }

  #minuteAllowance(now: number): number {
    return Math.min(minuteLimit, this.#allowance.most + Math.floor((regrowth * (now - this.#allowance.since)) / 60_000));
  }

  #learn(answer: Answer, sent: Sent): void {
    const headers = readRateHeaders(answer.headers, this.#clock.now());
    const { limit, remaining, retryAfter } = headers;
    const now = this.#now();
    const untilReset = headers.untilReset === undefined ? undefined : Math.min(hourWindow, Math.max(1_000, headers.untilReset));
    if (limit !== undefined) this.#hourLimit = limit;
    if (remaining !== undefined && sent.order > (this.#reported?.order ?? 0)) {
      this.#reported = { remaining, resetAt: now + (untilReset ?? 60_000), order: sent.order };
    }
    if (answer.status !== 429) {
      this.#refusals = 0;
      return;
    }
    const first = sent.at >= this.#refusedAt;
    if (first) {
      this.#refusals += 1;
      this.#refusedAt = now;
      if (remaining !== 0) this.#allowance = { most: Math.max(leastAllowance, Math.floor(this.#minuteAllowance(now) / 2)), since: now };
    }
    const told = retryAfter ?? (remaining === 0 ? untilReset : undefined) ?? Math.min(60_000, 500 * 2 ** this.#refusals);
    const pause = Math.min(hourWindow, Math.max(1_000, told));
    // Spread, so that two processes that were refused together don't come back together.
    if (first || retryAfter !== undefined) {
      this.#closedUntil = Math.max(this.#closedUntil, now + pause + Math.ceil((500 + pause / 10) * this.#random()));
    }
  }

  #wakeIn(milliseconds: number): void {
    const wakeUp = new AbortController();
    this.#wakeUp = wakeUp;
    this.#clock.sleep(milliseconds, wakeUp.signal).then(
      () => this.#admit(),
      () => undefined,
    );
  }

  /** The clock, but never backwards: what was counted before someone set it back would block for as long. */
  #now(): number {
    const now = this.#clock.now() + this.#setBack;
    if (now < this.#latest) this.#setBack += this.#latest - now;
    this.#latest = Math.max(this.#latest, now);
    return this.#latest;
  }
}
