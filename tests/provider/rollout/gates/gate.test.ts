import type { DropletWire } from "../../../../provider/api/wire";
import { ask, askAgainAt, type Attempt, describeGate, firstAttempt, type Gate, verdict } from "../../../../provider/rollout/gates/gate";
import type { Probe, ProbeAnswer, World } from "../../../../provider/world";
import { VirtualClock } from "../../../../virtual/virtualClock";

const http: Gate = {
  http: { port: 8080, path: "/health" },
  successThreshold: 2,
  intervalSeconds: 3,
  deadlineSeconds: 60,
  timeoutSeconds: 5,
  bakeSeconds: 0,
};
const active: Gate = { successThreshold: 2, intervalSeconds: 3, deadlineSeconds: 60, timeoutSeconds: 5, bakeSeconds: 0 };
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

function world(
  ...answers: ProbeAnswer[]
): World & { readonly asked: string[]; readonly clock: VirtualClock; readonly probe: { http: Probe["http"] } } {
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
  let attempt: Attempt = firstAttempt;
  for (let round = 0; round < 4; round += 1) {
    attempt = await ask(http, attempt, droplet("active", "192.0.2.7"), there, signal);
    seen.push([attempt.successes, verdict(http, attempt)]);
  }
  expect(seen).toEqual([
    [1, "waiting"],
    [0, "waiting"],
    [1, "waiting"],
    [2, "passed"],
  ]);
  expect(there.asked).toEqual(Array(4).fill("192.0.2.7:8080/health"));
});

test("probes nothing before the Droplet has an address", async () => {
  const there = world();
  expect((await ask(http, firstAttempt, droplet("active"), there, signal)).reason).toBe("it has no public IPv4 address yet");
  expect(there.asked).toEqual([]);
});

test("without http, active is enough", async () => {
  const attempt = await ask(active, firstAttempt, droplet("active"), world(), signal);
  expect(verdict(active, attempt)).toBe("passed");
  expect([describeGate(active), describeGate(http)]).toEqual(["active", "http :8080/health"]);
});

test("fails by a bad answer that comes after the deadline, and not before", async () => {
  const there = world(...Array<ProbeAnswer>(40).fill({ healthy: false, reason: "the status was 503", reached: true }));
  let attempt: Attempt = firstAttempt;
  const seen: string[] = [];
  for (let at = 0; at <= 60; at += 3) {
    attempt = await ask(http, attempt, droplet("active", "192.0.2.7"), there, signal);
    seen.push(verdict(http, attempt));
    await there.clock.advance(3_000);
  }
  expect(seen).toEqual([...Array<string>(20).fill("waiting"), "failed"]);
});

test("does not count time in which nobody could ask", async () => {
  const there = world({ healthy: false, reason: "no" }, { healthy: false, reason: "no" });
  const first = await ask(http, firstAttempt, droplet("active", "192.0.2.7"), there, signal);
  await there.clock.advance(3_600_000);
  const second = await ask(http, first, droplet("active", "192.0.2.7"), there, signal);
  expect([second.spent, verdict(http, second)]).toEqual([8_000, "waiting"]);
});

test("takes a probe that hangs for a bad answer after its own time limit", async () => {
  const there = world();
  there.probe.http = () => new Promise(() => undefined);
  const asking = ask(http, firstAttempt, droplet("active", "192.0.2.7"), there, signal);
  const attempt = await there.clock.run(asking);
  expect(attempt).toMatchObject({ failures: 1, reached: false, reason: "it gave no answer within 5 s" });
  expect(there.clock.now()).toBe(5_000);
});

test("asks at once and then in its interval", () => {
  expect(askAgainAt(http, firstAttempt)).toBe(0);
  expect(askAgainAt(http, { ...firstAttempt, askedAt: 700 })).toBe(3_700);
});

test("stops asking when it is interrupted", async () => {
  const controller = new AbortController();
  controller.abort(new Error("stopped"));
  await expect(ask(http, firstAttempt, droplet("active", "192.0.2.7"), world({ healthy: true }), controller.signal)).rejects.toThrow(
    "stopped",
  );
});
