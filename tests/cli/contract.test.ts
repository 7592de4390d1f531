import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Account } from "../../cli/contract/account";
import type { Finding } from "../../cli/contract/claim";
import { cleanUp } from "../../cli/contract/cleanUp";
import { Journal } from "../../cli/contract/journal";
import { claims, playContract } from "../../cli/contract/playContract";
import { prepare } from "../../cli/contract/preparation";
import { Stage } from "../../cli/contract/stage";
import { throwawayPublicKey } from "../../cli/demo/sshKey";
import { regionSlugs } from "../../emulator/catalog";
import { defaultOptions, switches, type EmulatorOptions } from "../../emulator/options";
import type { Clock } from "../../provider/world";
import { bootableDisk } from "../helpers/bootableDisk";
import { useEmulator, type EmulatorUnderTest } from "../helpers/emulator";

/** Where time passes by itself. */
const quick = { importSeconds: 0.1, dropletSeconds: 0.3, keyListsPerMinute: 1_000 };

/** Serves a disk at `/web.raw` and, to GET alone, at `/signed`, and leads there from `/moved`. */
const sources = createServer(({ method, url }, response) => {
  if (url === "/web.raw" || (url === "/signed" && method === "GET")) response.end(bootableDisk("web"));
  else if (url === "/moved") response.writeHead(302, { location: "/web.raw" }).end();
  else response.writeHead(404).end();
});
let at: string;
let folder: string;
/** Where answers are changed on their way: what is replaced is looked for in the status, a space and the body. */
let twist: { readonly of: RegExp; readonly from: RegExp; readonly to: string } | undefined;

/** Stands before the emulator. */
const twister = createServer((request, response) => void passOn(request, response));

async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "", url = "", headers } = request;
  const body = method === "GET" ? undefined : await text(request);
  const answer = await fetch(`${emulator.url}${url}`, { method, body, headers: { authorization: headers.authorization ?? "" } });
  const said = `${answer.status} ${await answer.text()}`;
  const told = twist?.of.test(`${method} ${url}`) === true ? said.replace(twist.from, twist.to) : said;
  response.writeHead(Number(told.slice(0, 3))).end(told.slice(4));
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
let emulator: EmulatorUnderTest;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "imagefleet-contract-"));
  for (const server of [sources, twister]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  at = urlOf(sources);
  emulator = await useEmulator();
});

afterAll(async () => {
  for (const server of [sources, twister]) server.close();
  rmSync(folder, { recursive: true });
  await emulator.close();
});

beforeEach(reset);
afterEach(() => (twist = undefined));

async function reset(): Promise<void> {
  await emulator.control("reset", {});
}

/** The emulator's time, which whoever sleeps moves on; who sleeps for hours waits for what never comes. */
async function emulatedClock(): Promise<Clock> {
  const aheadAtFirst = Number((await emulator.control("clock")).now) - Date.now();
  let ahead = aheadAtFirst;
  return {
    now: () => Date.now() + ahead,
    sleep: async (milliseconds) => {
      ahead += milliseconds;
      if (ahead - aheadAtFirst > 7_200_000) throw new Error("Two hours were waited.");
      await emulator.control("clock", { advanceSeconds: milliseconds / 1_000 });
    },
  };
}

const lookSeconds = 2;

async function played(options: Partial<EmulatorOptions>, only?: string): Promise<readonly Finding[]> {
  await emulator.control("options", options);
  const { signal } = new AbortController();
  const endpoint = twist === undefined ? emulator.url : urlOf(twister);
  const account = new Account({ endpoint, token: emulator.token, clock: await emulatedClock(), signal });
  const journal = new Journal(path.join(folder, "journal"));
  const { size } = await prepare(account, "nyc3", undefined);
  const stage = new Stage({
    ...{ account, journal, run: "imagefleet-contract-test", region: "nyc3", otherRegion: "ams3", size, lookSeconds },
    ...{
      imageUrl: `${at}/web.raw`,
      imagePort: 8080,
      redirectUrl: `${at}/moved`,
      getOnlyUrl: `${at}/signed`,
      publicKey: throwawayPublicKey(),
    },
  });
  const wanted = claims.filter(({ id }) => only === undefined || id === only);
  const findings = await playContract(stage, wanted, signal, () => undefined);
  await emulator.control("options", defaultOptions);
  await cleanUp(account, journal, lookSeconds);
  return findings;
}

/** How much of everything the account has. */
async function belongings(): Promise<Readonly<Record<string, number>>> {
  const paths = ["images?private=true", ...kinds.map((kind) => `${kind}?`)];
  const totals = await Promise.all(
    paths.map(async (of) => (await emulator.call<{ meta: { total: number } }>("GET", `/v2/${of}&per_page=1`)).body.meta.total),
  );
  return Object.fromEntries(paths.map((of, index) => [of.replace(/\?.*/, ""), totals[index]!]));
}

const kinds = [
  ...["droplets", "account/keys", "reserved_ips", "tags", "load_balancers", "firewalls", "domains", "certificates", "projects", "vpcs"],
];
/** A default project, and a default VPC for each region. */
const nothing: Readonly<Record<string, number>> = {
  ...Object.fromEntries(kinds.map((kind) => [kind, 0])),
  images: 0,
  projects: 1,
  vpcs: regionSlugs.length,
};

test("every claim holds of the emulator with its defaults, and nothing is left", async () => {
  const findings = await played({});

  expect(findings.filter(({ verdict }) => verdict !== "holds")).toEqual([]);
  expect(findings.map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
  expect(await belongings()).toEqual(nothing);
  expect(existsSync(path.join(folder, "journal"))).toBe(false);
});

const turned: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.entries(switches).map(([name, { values }]) => [name, values[1]])),
  ...{ lagSeconds: 0.4, listLagSeconds: 0.4, requestsPerHour: 4_000, requestsPerMinute: 40, loadBalancerLagSeconds: 20 },
};

test.each(Object.entries(turned))("the switch %s, turned to %p, is found by its claim", async (name, value) => {
  const claim = claims.find((one) => one.switch === name);
  expect(claim).toBeDefined();

  expect(await played({}, claim!.id)).toMatchObject([{ id: claim!.id, verdict: "holds" }]);
  await reset();
  expect(await played({ [name]: value }, claim!.id)).toMatchObject([{ id: claim!.id, verdict: "differs", switch: name }]);
});

const vpcs = /^POST \/v2\/vpcs$/;
const firewalls = /^POST \/v2\/firewalls$/;
const projects = /^POST \/v2\/projects$/;
const domains = /^POST \/v2\/domains$/;
const records = /^POST .*\/records$/;
const assigned = /^GET .*\/resources\?/;
const balancer = /^GET \/v2\/load_balancers\//;
const metrics = /droplets_health_checks/;
const certificates = /^POST \/v2\/certificates$/;

test.each([
  ["missing.uuid", /^GET \/v2\/projects\/[\da-f-]+$/, /^404/, "403"],
  ["vpc.default", /^GET \/v2\/vpcs\?/, /"region":"\w+"/g, '"region":"nyc3"'],
  ["vpc.post", vpcs, /"default":false/, '"default":true'],
  ["vpc.name", vpcs, /^422/, "409"],
  ["vpc.range", vpcs, /^422/, "409"],
  ["vpc.member", /\/members\?/, /do:droplet:\d+/, "do:droplet:89a3a30d"],
  ["vpc.deleteUsed", /^DELETE \/v2\/vpcs/, /^409/, "403"],
  ["firewall.unknownTag", firewalls, /^422/, "400"],
  ["firewall.post", firewalls, /"status":"waiting","created/, '"status":"succeeded","created'],
  ["firewall.ports", firewalls, /"ports":"0"/, '"ports":"all"'],
  ["firewall.inForce", /^GET \/v2\/firewalls\//, /"succeeded"/, '"failed"'],
  ["firewall.name", firewalls, /^409/, "422"],
  ["project.default", /\/default$/, /"is_default":true/, '"is_default":false'],
  ["project.post", projects, /"Staging"/, '"Development"'],
  ["project.name", projects, /^409/, "422"],
  ["project.droplet", assigned, /do:droplet:\d+/, "do:droplet:89a3a30d"],
  ["project.loadBalancer", assigned, /do:loadbalancer:/, "do:load_balancer:"],
  ["project.deleteUsed", /^DELETE \/v2\/projects/, /^412/, "409"],
  ["project.emptied", /^DELETE \/v2\/projects/, /^204/, "412"],
  ["loadBalancer.post", /^POST \/v2\/load_balancers$/, /"status":"new"/, '"status":"active"'],
  ["loadBalancer.active", balancer, /"ip":"[\d.]+"/, '"ip":""'],
  ["loadBalancer.firewall", firewalls, /"load_balancer_uids":\[.*?\]/, '"addresses":["0.0.0.0/0"]'],
  ["loadBalancer.tagOrIds", /^PUT \/v2\/load_balancers/, /^422/, "200"],
  ["loadBalancer.labels", metrics, /"droplet_id"/, '"server"'],
  ["loadBalancer.unhealthy", metrics, /"0"\]/g, '"down"]'],
  ["loadBalancer.delete", /^DELETE \/v2\/load_balancers/, /^404/, "422"],
  ["domain.post", domains, /^201/, "202"],
  ["domain.twice", domains, /^422/, "409"],
  ["record.post", records, /"ttl":1800/, '"ttl":3600'],
  ["record.find", /^GET .*\/records\?/, /"domain_records":\[.*?\]/, '"domain_records":[]'],
  ["record.ttl", records, /^422/, "201"],
  ["record.put", /^PUT .*\/records/, /"name":"www"/, '"name":"@"'],
  ["domain.delete", /^DELETE \/v2\/domains/, /^404/, "422"],
  ["certificate.foreign", certificates, /^422/, "404"],
  ["certificate.pem", certificates, /^422/, "404"],
])("%s finds what differs", async (id, of, from, to) => {
  twist = { of, from, to };
  expect(await played({}, id)).toMatchObject([{ id, verdict: "differs" }]);
  expect(await belongings()).toEqual(nothing);
});

test("a resource that stays in its project when another one takes it is found", async () => {
  const assign = { method: "POST", path: "/v2/projects/:project/resources" };
  await emulator.control("faults", { on: "request", ...assign, status: 500, skip: 1 });
  twist = { of: /^POST .*\/resources$/, from: /^500/, to: "200" };

  expect(await played({}, "project.move")).toMatchObject([{ verdict: "differs" }]);
});

test("a load balancer that takes in a tagged Droplet late is found", async () => {
  expect(await played({ loadBalancerLagSeconds: 60 }, "loadBalancer.tagged")).toMatchObject([{ verdict: "differs" }]);
});

test("an account that may have no more load balancers is not asked again and again", async () => {
  twist = { of: /^POST \/v2\/load_balancers$/, from: /^202 .*/, to: '429 {"message":"You have reached your load balancer limit."}' };
  const evidence = "The answer was 429: You have reached your load balancer limit.";

  expect(await played({}, "loadBalancer.active")).toMatchObject([{ verdict: "could not tell", evidence }]);
});

test.each([
  ["vpcs", "vpc.post"],
  ["firewalls", "firewall.ports"],
  ["load_balancers", "loadBalancer.active"],
  ["projects", "project.move"],
  ["domains", "record.find"],
  ["droplets", "droplet.post"],
  ["reserved_ips", "reservedIp.pending"],
])("what a POST of %s made whose answer never came is removed all the same", async (kind, id) => {
  await emulator.control("faults", { on: "request", method: "POST", path: `/v2/${kind}`, drop: true, when: "after" });

  expect(await played({}, id)).toMatchObject([{ id, verdict: "could not tell" }]);
  const deleted = (await emulator.requests()).filter(({ method, status }) => method === "DELETE" && status === 204);
  expect(deleted.map(({ path: of }) => path.dirname(of))).toContain(`/v2/${kind}`);
  expect(await belongings()).toEqual(nothing);
});

describe("imagefleet contract", () => {
  beforeEach(() => emulator.control("options", quick));

  const journal = () => path.join(folder, "run.journal");

  /** Starts the verb; `ended` resolves to how it ended. */
  function start(...args: readonly string[]) {
    const bin = path.resolve(__dirname, "../../bin/imagefleet");
    const all = ["contract", "--endpoint", emulator.url, "--image-url", `${at}/web.raw`, "--journal", journal(), ...args];
    const child = spawn(process.execPath, [bin, ...all], { env: { PATH: process.env["PATH"], DIGITALOCEAN_TOKEN: emulator.token } });
    const out = { stdout: "", stderr: "" };
    child.stdout.on("data", (text) => (out.stdout += String(text)));
    child.stderr.on("data", (text) => (out.stderr += String(text)));
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      child.on("close", (code) => resolve({ code, ...out }));
    });
    return { child, ended };
  }

  test("says its price first, makes nothing where nobody agrees, and prints what was seen as JSON", async () => {
    const refused = start();
    refused.child.stdin.end();
    const { code, stdout, stderr } = await refused.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining("Nothing was made.") as unknown]);
    expect(stdout.split("\n")).toEqual([
      "Team My Team: some small images, a Droplet (s-1vcpu-512mb-10gb), its snapshot and a load balancer, for minutes, all removed at the end.",
      "Beside them a VPC, firewalls, projects and domains, which are free.",
      "That costs $0.04 at most, and $0.01 more for each of three Droplets that DigitalOcean should refuse, where it doesn't.",
      "",
    ]);

    await emulator.control("options", { tagTwice: "refuse" });
    const asked = await start("--yes", "--json", "--only", "tag.twice", "missing").ended;
    expect(asked.code).toBe(1);
    expect(JSON.parse(asked.stdout)).toMatchObject({
      endpoint: emulator.url,
      findings: [
        { id: "missing", verdict: "holds" },
        { id: "tag.twice", verdict: "differs", switch: "tagTwice", source: "assumed: an idempotent POST" },
      ],
    });
    expect(await belongings()).toEqual(nothing);
  });

  test("asks for the team where the account has Droplets", async () => {
    await emulator.call("POST", "/v2/droplets", { name: "own", region: "nyc3", size: "s-1vcpu-1gb", image: "debian-13-x64" });

    expect(await start("--yes").ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The team `.*` has 1 Droplets: say `--team/) as unknown,
    });
  });

  test("removes everything after Ctrl-C, even what no list shows yet", async () => {
    await emulator.control("options", { listLagSeconds: 2 });
    const { child, ended } = start("--yes");
    while (!(await emulator.requests()).some(({ method, path: of }) => `${method} ${of}` === "POST /v2/images")) await sleep(20);
    child.kill("SIGINT");

    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining("The run was interrupted.") as unknown });
    await emulator.control("clock", { advanceSeconds: 5 });
    expect(await belongings()).toEqual(nothing);
    expect(existsSync(journal())).toBe(false);
  });

  test("removes what a killed run left when it is asked to, and begins no other before", async () => {
    const { child, ended } = start("--yes", "--only", "image.post", "project.post", "loadBalancer.active");
    while (!(await emulator.requests()).some(({ path: of }) => of.startsWith("/v2/load_balancers/"))) await sleep(20);
    child.kill("SIGKILL");
    await ended;
    const left = Object.entries(await belongings()).filter(([kind, total]) => total !== nothing[kind]);
    expect(left.map(([kind]) => kind).sort()).toEqual(["images", "load_balancers", "projects", "tags", "vpcs"]);

    expect(await start("--yes").ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("run `contract --clean-up` first") as unknown,
    });
    expect(await start("--clean-up").ended).toMatchObject({ code: 0, stderr: "" });
    expect(await belongings()).toEqual(nothing);
  });
});
