import type { DropletWire } from "../../../../provider/api/wire";
import { ask, askAgainAt, type Attempt, describeGate, firstAttempt, type Gate, verdict } from "../../../../provider/rollout/gates/gate";
import type { ProbeAnswer, World } from "../../../../provider/world";
import { VirtualClock } from "../../../helpers/virtualClock";

const http: Gate = { http: { port: 8080, path: "/health" }, successThreshold: 2, intervalSeconds: 3, deadlineSeconds: 60 };
const active: Gate = { successThreshold: 2, intervalSeconds: 3, deadlineSeconds: 60 };
const signal = new AbortController().signal;

function droplet(status: DropletWire["status"], address?: string): DropletWire {
  const v4 =
    address === undefined
      ? []
      : ([
          { ip_address: address, type: "public" },
          { ip_address: "10.0.0.2", type: "private" },
        ] as const);
  const rest = {
    id: 1,
    name: "web-0-0123",
    locked: false,
    created_at: "",
    image: { id: 2, name: "web" },
    size_slug: "s-1vcpu-1gb",
    tags: [],
  };
  return { ...rest, status, networks: { v4 }, region: { slug: "ams3" } };
}

function world(...answers: ProbeAnswer[]): World & { readonly asked: string[] } {
  const asked: string[] = [];
  const probe = {
    http: (address: string, port: number, path: string) => {
      asked.push(`${address}:${port}${path}`);
      return Promise.resolve(answers.shift()!);
    },
  };
  return { clock: new VirtualClock(0), random: () => 0, send: () => Promise.reject(new Error("no network")), probe, asked };
}

test("passes after so many good answers in a row on the public address", async () => {
  const bad = { healthy: false, reason: "the status was 503" } as const;
  const there = world({ healthy: true }, bad, { healthy: true }, { healthy: true });
  const seen: [number, string][] = [];
  let attempt: Attempt = firstAttempt(0);
  for (let round = 0; round < 4; round += 1) {
    attempt = await ask(http, attempt, droplet("active", "192.0.2.7"), there, signal);
    seen.push([attempt.successes, verdict(http, attempt, 0)]);
  }
  expect(seen).toEqual([
    [1, "waiting"],
    [0, "waiting"],
    [1, "waiting"],
    [2, "passed"],
  ]);
  expect(there.asked).toEqual(Array(4).fill("192.0.2.7:8080/health"));
});

test("probes nothing before the Droplet is active and has an address", async () => {
  const there = world();
  expect((await ask(http, firstAttempt(0), droplet("new"), there, signal)).reason).toBe("its status is `new`");
  expect((await ask(http, firstAttempt(0), droplet("active"), there, signal)).reason).toBe("it has no public IPv4 address yet");
  expect(there.asked).toEqual([]);
});

test("without http, active is enough", async () => {
  const attempt = await ask(active, firstAttempt(0), droplet("active"), world(), signal);
  expect(verdict(active, attempt, 0)).toBe("passed");
  expect([describeGate(active), describeGate(http)]).toEqual(["active", "http :8080/health"]);
});

test("fails when the deadline has passed, unless it was passed by then", () => {
  const attempt = firstAttempt(1_000);
  expect([verdict(http, attempt, 60_999), verdict(http, attempt, 61_000)]).toEqual(["waiting", "failed"]);
  expect(verdict(http, { ...attempt, successes: 2 }, 99_000)).toBe("passed");
});

test("asks at once and then in its interval", () => {
  expect(askAgainAt(http, firstAttempt(500))).toBe(500);
  expect(askAgainAt(http, { ...firstAttempt(500), askedAt: 700 })).toBe(3_700);
});

test("stops asking when it is interrupted", async () => {
  const controller = new AbortController();
  controller.abort(new Error("stopped"));
  await expect(ask(http, firstAttempt(0), droplet("active", "192.0.2.7"), world({ healthy: true }), controller.signal)).rejects.toThrow(
    "stopped",
  );
});
