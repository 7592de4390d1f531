import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

const bin = path.resolve(__dirname, "../../bin/imagefleet");
const folder = mkdtempSync(path.join(tmpdir(), "emulator-"));
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

interface Ready {
  readonly url: string;
  readonly control: string;
  readonly token: string;
  readonly pid: number;
}

interface Run {
  readonly child: ChildProcess;
  /** The first chunk of stdout, or exit code and signal where there is none. */
  readonly first: Promise<unknown[]>;
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;
}

function run(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(bin, ["emulator", ...flags], {
    env: { ...process.env, DIGITALOCEAN_TOKEN: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const first = Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  return { child, first, stdout: text(child.stdout), stderr: text(child.stderr) };
}

async function ready({ first, stderr }: Run): Promise<Ready> {
  const [line] = await first;
  if (!Buffer.isBuffer(line)) throw new Error(await stderr);
  return JSON.parse(line.toString()) as Ready;
}

async function statusOf(url: string, token: string): Promise<number> {
  return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "prints one line of JSON once it listens, and ends with 0 within a second of %s",
  async (signal) => {
    const started = run([]);
    const { child, stdout } = started;
    const { url, control, token, pid } = await ready(started);
    expect(pid).toBe(child.pid);
    expect(control).toBe(`${url}/_emulator`);
    expect(await statusOf(`${url}/v2/account`, token)).toBe(200);
    expect(await statusOf(`${url}/v2/account`, "another")).toBe(401);
    expect(await statusOf(`${control}/clock`, "")).toBe(200);
    const asked = performance.now();
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(performance.now() - asked).toBeLessThan(1000);
    expect((await stdout).trimEnd().split("\n")).toHaveLength(1);
  },
);

test("takes token, durations and seed from flags, the token from the environment else", async () => {
  const seed = path.join(folder, "seed.json");
  writeFileSync(seed, JSON.stringify({ tokens: [{ token: "second" }], dropletLimit: 5 }));
  const flags = ["--token", "first", "--seed", seed, "--import-seconds", "7", "--transfer-seconds", "8", "--droplet-seconds", "9"];
  const [given, inherited] = [run(flags), run([], { DIGITALOCEAN_TOKEN: "from-environment" })];
  const [{ url, token, control }, other] = [await ready(given), await ready(inherited)];
  expect([token, other.token]).toEqual(["first", "from-environment"]);
  expect(await statusOf(`${url}/v2/account`, "second")).toBe(200);
  const options = (await (await fetch(`${control}/options`)).json()) as object;
  expect(options).toMatchObject({ importSeconds: 7, transferSeconds: 8, dropletSeconds: 9, dropletLimit: 5, requestsPerHour: 5000 });
});

test.each([[["--port", "many"]], [["--import-seconds", "-1"]], [["--speed", "1"]], [["--seed", "/nowhere.json"]], [["extra"]]])(
  "ends with 2 and says why for %j",
  async (flags) => {
    const { child, stdout, stderr } = run(flags);
    expect(await once(child, "exit")).toEqual([2, null]);
    expect(await stdout).toBe("");
    expect(await stderr).toMatch(/^error: /);
  },
);
