import type { Fault } from "../../../emulator/faults";
import { answersOf } from "../helpers/account";
import { providersOf } from "../helpers/copies";
import { diagnosticsOf, stateOf } from "../helpers/outcome";
import { kindOf, useService, type Service, type Source } from "../helpers/service";
import { untilAsked } from "../helpers/untilAsked";

const gate = { http: { port: 8080, path: "/" }, successThreshold: 1, intervalSeconds: 0.2, deadlineSeconds: 20 };
const brisk = { drainSeconds: 0, shutdownSeconds: 2 };

/** Says what a fleet of two is to run, and how it changes; the version of before is kept for the way back. */
async function want({ stack, sshKeys }: Service, source: Source, rollout: object, reservedIps: readonly string[] = []): Promise<void> {
  const fleet = { region: "nyc3", count: 2, size: "s-1vcpu-1gb", sshKeys, reservedIps, gate, rollout: { ...brisk, ...rollout } };
  await stack.setConfig({ "service:image": { source, regions: ["nyc3"], retain: 1 }, "service:fleets": { web: fleet } });
}

interface Outputs {
  readonly image: string;
  readonly addresses: readonly string[];
  readonly rollout: Readonly<Record<string, unknown>>;
}

async function fleetOf({ stack }: Service): Promise<Outputs> {
  return (await stateOf(stack))["Fleet web"]?.outputs as unknown as Outputs;
}

/** By the Droplets' numbers, whether they serve and what they run. */
const standing = async ({ account }: Service) => (await account()).droplets.map(({ id, image, serving }) => ({ id, image, serving }));

test("pauses a canary that was killed on its way, stays paused, is clean to a refresh, and goes on once it is approved, Reserved IPs and all", async () => {
  const service = await useService();
  const { stack, emulator, writes } = service;
  const canary = [{ count: 1, pause: true }];
  const { body } = await emulator.call<{ reserved_ip: { ip: string } }>("POST", "/v2/reserved_ips", { region: "nyc3" });
  const { ip } = body.reserved_ip;
  /** What the Droplet runs that the Reserved IP leads to. */
  const reserved = async (): Promise<unknown> => {
    const answer = await emulator.call<{ reserved_ip: { droplet: { image: { id: number } } | null } }>("GET", `/v2/reserved_ips/${ip}`);
    return String(answer.body.reserved_ip.droplet?.image.id);
  };
  await want(service, await service.image("1.0.0"), { canary }, [ip]);
  expect(await stack.up()).toSucceed();
  const old = (await fleetOf(service)).image;
  expect(await reserved()).toBe(old);

  const source = await service.image("2.0.0");
  await want(service, source, { canary }, [ip]);
  await killAt(service, { method: "POST", path: "/v2/reserved_ips/:id/actions" });
  const paused = await stack.up();
  expect(paused).toSucceed();
  const { rollout, image } = await fleetOf(service);
  expect(rollout).toMatchObject({ stage: 1, of: 1, awaiting: expect.stringMatching(/^[0-9a-f]{12}\/1$/) as unknown });
  expect(image).toBe(old);
  const imageId = (await stack.outputs()).imageId;
  expect((await standing(service)).map((droplet) => droplet.image).sort()).toEqual([old, imageId].sort());
  expect(diagnosticsOf(paused)["imagefleet:index:Fleet (web)"]).toContain(`set \`rollout.approved: "${String(rollout.awaiting)}"\``);

  const before = (await writes()).length;
  expect(await stack.up("--expect-no-changes")).toSucceed();
  expect(await stack.refresh("--expect-no-changes")).toSucceed();
  expect((await writes()).length).toBe(before);

  expect(await reserved()).toBe(imageId);
  await want(service, source, { canary, approved: rollout.awaiting }, [ip]);
  expect(await stack.up()).toSucceed();
  expect(await reserved()).toBe(imageId);
  expect((await standing(service)).map((droplet) => droplet.image)).toEqual([imageId, imageId]);
  expect((await fleetOf(service)).rollout).not.toHaveProperty("awaiting");
});

/** Kills the run, with all that it started, while a request of the rollout waits that never arrives. */
async function killAt(service: Service, { method, path }: Pick<Fault & { on: "request" }, "method" | "path">): Promise<void> {
  const { stack, emulator } = service;
  const asked = (await emulator.requests()).length;
  await emulator.control("faults", { on: "request", method, path, delaySeconds: 3_600, drop: true });
  const run = stack.start("up", "--yes", "--skip-preview");
  await untilAsked(service, run, (requests) => requests.slice(asked).some((request) => kindOf(request) === `${method} ${path}`));
  const providers = await providersOf(run.pid);
  run.kill("SIGKILL");
  for (const pid of providers) process.kill(pid, "SIGKILL");
  expect(await run.ended).toMatchObject({ code: null });
  await emulator.control("clock", { advanceSeconds: 3_600 });
  expect(await stack.cancel()).toSucceed();
}

test("finishes a move of the whole fleet that was killed, and goes back by one more move", async () => {
  const service = await useService();
  const { stack, emulator } = service;
  const rollout = { blueGreen: { keepSeconds: 86_400 } };
  const source = await service.image("1.0.0");
  await want(service, source, rollout);
  expect(await stack.up()).toSucceed();
  const old = await standing(service);

  await want(service, await service.image("2.0.0"), rollout);
  await killAt(service, { method: "DELETE", path: "/v2/tags/:name/resources" });
  expect(await stack.up()).toSucceed();
  const moved = await standing(service);
  expect(moved).toHaveLength(4);
  expect(moved).toEqual(expect.arrayContaining(old.map((droplet) => ({ ...droplet, serving: false }))));
  expect(moved.filter(({ serving }) => serving)).toHaveLength(2);
  expect((await fleetOf(service)).rollout).toMatchObject({ keptUntil: expect.stringMatching(/^20\d\d-/) as unknown });

  await want(service, source, rollout);
  const asked = (await emulator.requests()).length;
  expect(await stack.up()).toSucceed();
  expect(await standing(service)).toEqual(moved.map((droplet) => ({ ...droplet, serving: !droplet.serving })));
  const kinds = (await emulator.requests()).slice(asked).map(kindOf);
  expect(kinds.filter((kind) => kind === "POST /v2/droplets" || kind.startsWith("DELETE /v2/droplets"))).toEqual([]);
  expect(await answersOf((await fleetOf(service)).addresses)).toEqual([200, 200]);
});

test("finishes a rebuild that was killed, and keeps each Droplet's number and address", async () => {
  const service = await useService();
  const { stack } = service;
  await want(service, await service.image("1.0.0"), { rebuild: true });
  expect(await stack.up()).toSucceed();
  const [old, { addresses }] = [await standing(service), await fleetOf(service)];

  await want(service, await service.image("2.0.0"), { rebuild: true });
  await killAt(service, { method: "POST", path: "/v2/droplets/:id/actions" });
  expect(await stack.up()).toSucceed();
  const { imageId } = await stack.outputs();
  expect(await standing(service)).toEqual(old.map(({ id }) => ({ id, image: imageId, serving: true })));
  expect((await fleetOf(service)).addresses).toEqual(addresses);
  expect(await answersOf(addresses)).toEqual([200, 200]);
});

test("cures a fleet whose Droplets have all stopped answering", async () => {
  const service = await useService();
  const { stack, emulator } = service;
  const bad = await service.image("1.0.0");
  await want(service, bad, {});
  expect(await stack.up()).toSucceed();
  await emulator.control("workloads", { sha256: bad.sha256, listen: [{ port: 8080, kind: "http", status: 503 }] });

  await want(service, await service.image("1.0.1"), {});
  expect(await stack.up()).toSucceed();
  const { imageId } = await stack.outputs();
  expect((await standing(service)).map(({ image, serving }) => [image, serving])).toEqual([
    [imageId, true],
    [imageId, true],
  ]);
});
