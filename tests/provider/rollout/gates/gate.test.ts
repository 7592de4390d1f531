import type { DropletWire } from "../../../../provider/api/wire";
import { ask, askAgainAt, type Attempt, describeGate, firstAttempt, type Gate, verdict } from "../../../../provider/rollout/gates/gate";
import { isStatusRange } from "../../../../provider/rollout/gates/question";
import type { NoAnswer, Probe, World } from "../../../../provider/world";
import { VirtualClock } from "../../../../virtual/virtualClock";

const http: Gate = {
  http: { port: 8080, path: "/health", status: ["200-399"], https: false },
  address: "public",
  successThreshold: 2,
  intervalSeconds: 3,
  deadlineSeconds: 60,
  timeoutSeconds: 5,
  bakeSeconds: 0,
};
const active: Gate = { address: "public", successThreshold: 2, intervalSeconds: 3, deadlineSeconds: 60, timeoutSeconds: 5, bakeSeconds: 0 };
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

const bad = (reason: string, reached = true): NoAnswer => ({ reason, reached });

function world(...answers: ({ readonly status: number } | NoAnswer)[]) {
  const asked: string[] = [];
  const probe: { -readonly [K in keyof Probe]: Probe[K] } = {
    http: ({ address, port, path }) => {
      asked.push(`${address}:${port}${path}`);
      return Promise.resolve(answers.shift()!);
    },
    tcp: ({ address, port, wantsBanner }) => {
      asked.push(`${address}:${port}`);
      return Promise.resolve({ banner: wantsBanner ? "SSH-2.0-OpenSSH_9.6" : "" });
    },
  };
  const clock = new VirtualClock(0);
  const there: World = { clock, random: () => 0, send: () => Promise.reject(new Error("no network")), probe };
  return { ...there, clock, probe, asked };
}

test("passes after so many good answers in a row on the public address", async () => {
  const there = world({ status: 200 }, { status: 503 }, { status: 301 }, { status: 204 });
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
  const there = world(...Array<NoAnswer>(40).fill(bad("the connection was refused")));
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
  const there = world(bad("no"), bad("no"));
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
  await expect(ask(http, firstAttempt, droplet("active", "192.0.2.7"), world({ status: 200 }), controller.signal)).rejects.toThrow(
    "stopped",
  );
});

test("puts all its questions to the address that is chosen, and all must be answered well", async () => {
  const gate: Gate = { ...http, tcp: { port: 5432 }, ssh: { port: 22 }, address: "private" };
  const there = world({ status: 200 }, { status: 404 });
  const good = await ask(gate, firstAttempt, droplet("active", "192.0.2.7"), there, signal);
  const half = await ask(gate, firstAttempt, droplet("active", "192.0.2.7"), there, signal);
  expect([good.successes, half.successes, half.reason]).toEqual([1, 0, "it answered 404"]);
  expect(there.asked.slice(0, 3)).toEqual(["10.0.0.2:8080/health", "10.0.0.2:5432", "10.0.0.2:22"]);
  expect(describeGate(gate)).toBe("http :8080/health and tcp :5432 and ssh :22");
});

test("takes the statuses that are good for good, and no other", async () => {
  const gate: Gate = { ...http, http: { ...http.http!, status: ["204", "400-404"] } };
  const verdicts = [204, 400, 404, 200, 405].map(async (status) => {
    return (await ask(gate, firstAttempt, droplet("active", "192.0.2.7"), world({ status }), signal)).successes;
  });
  expect(await Promise.all(verdicts)).toEqual([1, 1, 1, 0, 0]);
  expect(["204", "200-399", "99", "600", "399-200", "2xx"].filter(isStatusRange)).toEqual(["204", "200-399"]);
});

test("takes a port without an SSH server for a bad answer", async () => {
  const there = world();
  there.probe.tcp = () => Promise.resolve({ banner: "220 mail ESMTP" });
  const attempt = await ask({ ...active, ssh: { port: 25 } }, firstAttempt, droplet("active", "192.0.2.7"), there, signal);
  expect(attempt).toMatchObject({ successes: 0, reached: true, reason: "port 25 is no SSH server" });
});
