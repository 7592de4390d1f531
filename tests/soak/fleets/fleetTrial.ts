import type { Fault } from "../../../emulator/faults";
import { seededRandom } from "../../../emulator/ids";
import type { EmulatorOptions } from "../../../emulator/options";
import type { FleetInputs } from "../../../provider/resources/fleet/fleetState";

/** What one seed puts fleets through. Times in seconds. */
export interface FleetTrial {
  readonly fleets: readonly WantedFleet[];
  readonly options: Partial<EmulatorOptions>;
  /** By how much lists lag behind what was done, tags included. */
  readonly listLag: number;
  readonly faults: readonly Fault[];
  /** One program after the other: which image all fleets are to run; the last is a good one. */
  readonly programs: readonly Program[];
}

export interface WantedFleet {
  readonly name: string;
  readonly count: number;
  readonly addresses: number;
  readonly rollout: FleetInputs["rollout"];
}

export interface Program {
  /** 0 and 1 are good, 2 never answers. */
  readonly image: number;
  readonly runs: readonly UpsetRun[];
}

export interface UpsetRun {
  /** What has passed since the run before. */
  readonly pause: number;
  readonly refresh: boolean;
  /** Whether a stage that waits is approved. */
  readonly approves: boolean;
  readonly upset: Upset;
  /** What others do meanwhile, each so many seconds after the start. */
  readonly others: readonly (readonly [after: number, what: OtherWork])[];
}

export type Upset =
  | { readonly kind: "none" }
  | { readonly kind: "killed"; readonly after: number }
  | { readonly kind: "killedAtRequest"; readonly request: number; readonly when: "before" | "after" }
  | { readonly kind: "interrupted"; readonly after: number }
  | { readonly kind: "offline"; readonly after: number; readonly lasting: number };

export type OtherWork =
  /** Somebody deletes a Droplet, or a backup locks it. */
  | { readonly kind: "vanish" | "lock" | "powerOff"; readonly at: number }
  /** The account has no room for more Droplets for a while. */
  | { readonly kind: "full"; readonly lasting: number }
  /** Somebody with the same token spends the hour's requests. */
  | { readonly kind: "spend"; readonly requests: number };

const paths = [
  ...["/v2/droplets", "/v2/droplets", "/v2/droplets/:id", "/v2/droplets/:id/actions", "/v2/droplets/actions", "/v2/actions"],
  ...[
    "/v2/tags/:tag/resources",
    "/v2/tags/:tag/resources",
    "/v2/tags/:tag",
    "/v2/tags",
    "/v2/reserved_ips",
    "/v2/reserved_ips/:ip/actions",
  ],
];

/** The trial of a seed, always the same one. */
export function fleetTrialOf(seed: number): FleetTrial {
  const chance = new Chance(seed);
  const making = chance.among([5, 30]);
  const images = chance.among([
    [0, 1],
    [0, 1, 0],
    [0, 2, 1],
    [0, 1, 2, 1],
  ]);
  return {
    fleets: chance.times(chance.among([1, 1, 2, 3]), (at) => wantedFleet(`web${at}`, chance)),
    options: {
      dropletSeconds: making,
      lagSeconds: chance.among([0, 0, 2, 8]),
      ...(chance.next() < 0.2 ? { requestsPerHour: 600 } : {}),
      reservedIpLimit: 20,
    },
    listLag: chance.among([0, 0, 5, 25]),
    faults: [...chance.times(chance.whole(0, 5), () => requestFault(chance)), ...chance.times(chance.whole(0, 2), () => workFault(chance))],
    programs: images.map((image) => ({ image, runs: chance.times(chance.whole(0, 2), () => upsetRun(chance, making)) })),
  };
}

function wantedFleet(name: string, chance: Chance): WantedFleet {
  const count = chance.whole(1, 5);
  const [maxSurge, maxUnavailable] = chance.among([
    ["1", "0"],
    ["25%", "0"],
    ["50%", "25%"],
    ["0", "1"],
    ["100%", "0"],
  ] as const);
  const strategy = chance.among<Partial<FleetInputs["rollout"]>>([
    {},
    {},
    { canary: [{ count: "1", bakeSeconds: 10, pause: true }] },
    { canary: [{ count: "25%", bakeSeconds: 0 }] },
    { blueGreen: { keepSeconds: 300 } },
    { rebuild: true },
  ]);
  return {
    ...{ name, count, addresses: chance.next() < 0.4 ? chance.whole(1, count) : 0 },
    rollout: { maxSurge, maxUnavailable, maxFailures: "50%", drainSeconds: 2, shutdownSeconds: 10, ...strategy },
  };
}

function requestFault(chance: Chance): Fault {
  const struck = { on: "request", path: chance.among(paths), times: chance.among([1, 1, 2, 6]), skip: chance.whole(0, 20) } as const;
  const when = chance.among(["before", "after"] as const);
  switch (chance.whole(0, 4)) {
    case 0:
      return { ...struck, status: chance.among([500, 503]), when };
    case 1:
      return { ...struck, status: 429, retryAfterSeconds: chance.whole(1, 60) };
    case 2:
      return { ...struck, drop: true, when };
    case 3:
      return { ...struck, delaySeconds: chance.among([1, 5, 25]) };
    default:
      return { ...struck, path: "/v2/droplets", method: "POST", status: 422, message: "Region is not available" };
  }
}

function workFault(chance: Chance): Fault {
  const often = { skip: chance.whole(0, 8) };
  return chance.among<Fault>([
    { on: "droplet", type: "create", fails: true, ...often },
    { on: "droplet", type: "create", seconds: 90, ...often },
    { on: "droplet", type: "shutdown", fails: true, ...often },
    { on: "droplet", type: "rebuild", fails: true, ...often },
    { on: "reservedIp", type: "assign_ip", fails: true, ...often },
    { on: "reservedIp", type: "assign_ip", seconds: 45, ...often },
  ]);
}

function upsetRun(chance: Chance, making: number): UpsetRun {
  const others = chance.times(chance.among([0, 0, 1, 2]), () => [chance.next() * making * 8, otherWork(chance)] as const);
  return {
    ...{ pause: chance.among([0, 5, 40, 200]), refresh: chance.next() < 0.3, approves: chance.next() < 0.5, others },
    upset: upset(chance, making),
  };
}

function upset(chance: Chance, making: number): Upset {
  const after = chance.next() ** 2 * making * 10;
  switch (chance.whole(0, 5)) {
    case 0:
      return { kind: "none" };
    case 1:
      return { kind: "killed", after };
    case 2:
    case 3:
      return { kind: "killedAtRequest", request: chance.whole(1, 70), when: chance.among(["before", "after"] as const) };
    case 4:
      return { kind: "interrupted", after };
    default:
      return { kind: "offline", after, lasting: chance.among([5, 50, 300]) };
  }
}

function otherWork(chance: Chance): OtherWork {
  switch (chance.whole(0, 4)) {
    case 0:
    case 1:
      return { kind: chance.among(["vanish", "powerOff"] as const), at: chance.next() };
    case 2:
      return { kind: "lock", at: chance.next() };
    case 3:
      return { kind: "full", lasting: chance.among([60, 400]) };
    default:
      return { kind: "spend", requests: 500 };
  }
}

/** Draws from one seed. */
class Chance {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = seededRandom(seed);
  }

  /** From the least to the most, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  among<T>(things: readonly T[]): T {
    return things[this.whole(0, things.length - 1)] as T;
  }

  times<T>(count: number, make: (at: number) => T): readonly T[] {
    return Array.from({ length: count }, (_, at) => make(at));
  }
}
