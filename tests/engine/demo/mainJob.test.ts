import { throwawayPublicKey } from "../../../cli/demo/sshKey";
import type { LoggedRequest } from "../../../emulator/requestLog";
import type { Stack } from "../../helpers/engine";
import { answersOf, nothing } from "../helpers/account";
import { kindOf, useService, type Service, type Source } from "../helpers/service";

/** The project's own program, three regions and Droplets in two of them, from nothing to nothing: each test goes on where the one before it ended. */
describe("the project's program", () => {
  const regions = ["nyc3", "ams3", "fra1"];
  let service: Service;
  let stack: Stack;
  let [first, second]: Source[] = [];

  beforeAll(async () => {
    service = await useService({ program: ".", emulator: { transferSeconds: 2 }, seed: { sshKeys: [] } });
    stack = service.stack;
    [first, second] = [await service.image("1.0.0"), await service.image("2.0.0")];
    await stack.setConfig({ "image-service:regions": regions, "image-service:sshPublicKey": throwawayPublicKey() });
    await want(first, { ams3: 2, fra1: 2 });
  });

  async function want(source: Source | undefined, droplets: Readonly<Record<string, number>>): Promise<void> {
    const gate = { http: { port: 8080 }, successThreshold: 1, intervalSeconds: 0.2 };
    const rollout = { maxSurge: 1, maxUnavailable: 0, drainSeconds: 0, shutdownSeconds: 2 };
    const counts = Object.entries(droplets).map(([region, count]) => [region, { count }] as const);
    const image = { "image-service:imageUrl": source?.url, "image-service:imageSha256": source?.sha256 };
    const fleet = { size: "s-1vcpu-1gb", count: 0, gate, rollout };
    await stack.setConfig({ ...image, "image-service:fleet": fleet, "image-service:overrides": Object.fromEntries(counts) });
  }

  /** The requests that a command makes. */
  async function during<T>(command: () => Promise<T>): Promise<readonly [T, readonly LoggedRequest[]]> {
    const before = (await service.emulator.requests()).length;
    const result = await command();
    return [result, (await service.emulator.requests()).slice(before)];
  }

  test("is previewed by reads alone", async () => {
    const [preview, requests] = await during(() => stack.preview());

    expect(preview.stdout).toMatch(/^ {4}\+ 17 to create$/m);
    expect(preview.code).toBe(0);
    expect(requests.map(({ method }) => method)).not.toContain("POST");
    expect(requests.every(({ method }) => method === "GET")).toBe(true);
    expect(await service.account()).toEqual(nothing);
  });

  test("imports the image once, copies it to both other regions at the same time and starts a fleet in each", async () => {
    const [up, requests] = await during(() => stack.up());

    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(countOf(requests, "POST /v2/images")).toBe(1);
    const transfers = requests.filter((request) => kindOf(request) === "POST /v2/images/:id/actions");
    expect(transfers.map(({ body }) => (body as { region: string }).region).sort()).toEqual(["ams3", "fra1"]);
    expect(Math.abs((transfers[0]?.at ?? 0) - (transfers[1]?.at ?? 0))).toBeLessThan(2_000);
    const { imageId, addresses, ...outputs } = await stack.outputs();
    expect(outputs).toMatchObject({ digest: first?.sha256 });
    const { images, droplets } = await service.account();
    expect(images).toEqual([{ id: imageId, regions: expect.arrayContaining(regions) as unknown }]);
    expect(droplets.map(({ region, image, serving }) => ({ region, image, serving }))).toEqual(
      ["ams3", "ams3", "fra1", "fra1"].map((region) => ({ region, image: imageId, serving: true })),
    );
    expect(await answersOf(Object.values(addresses as Record<string, string[]>).flat())).toEqual([200, 200, 200, 200]);
  });

  test("keeps the token out of its output and its state", async () => {
    const { token } = service.emulator;
    const told = [await stack.preview("--diff"), await stack.state(), await stack.run("stack", "--show-urns")];

    expect(JSON.stringify(told)).not.toContain(token);
  });

  test("makes no request when nothing has changed, and says so", async () => {
    const [up, requests] = await during(() => stack.up("--expect-no-changes"));

    expect(up.code).toBe(0);
    expect(up.stdout).toMatch(/^Resources:\n {4}17 unchanged$/m);
    expect(requests).toEqual([]);
  });

  test("is refreshed by reads alone, and is as the state says", async () => {
    const [refresh, requests] = await during(() => stack.refresh("--expect-no-changes"));

    expect(refresh.code).toBe(0);
    expect(requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test("adds one Droplet for one more in the count", async () => {
    const { droplets: before } = await service.account();
    await want(first, { ams3: 3, fra1: 2 });
    const [up, requests] = await during(() => stack.up());

    expect(up.code).toBe(0);
    expect(countOf(requests, "POST /v2/droplets")).toBe(1);
    expect(countOf(requests, "DELETE /v2/droplets/:id")).toBe(0);
    const { droplets } = await service.account();
    expect(droplets).toHaveLength(5);
    expect(droplets).toEqual(expect.arrayContaining([...before]));
  });

  test("rolls to a new image with one Droplet more at a time and never fewer that serve", async () => {
    const { droplets: before } = await service.account();
    await want(second, { ams3: 3, fra1: 2 });
    const { tags } = await stack.outputs();
    const [up, requests] = await during(() => stack.up());

    expect(up.code).toBe(0);
    const { images, droplets } = await service.account();
    const { imageId } = await stack.outputs();
    expect(images.map(({ id }) => id)).toEqual([imageId]);
    expect(droplets.map(({ region, image, serving }) => ({ region, image, serving }))).toEqual(
      ["ams3", "ams3", "ams3", "fra1", "fra1"].map((region) => ({ region, image: imageId, serving: true })),
    );
    for (const [region, count] of [
      ["ams3", 3],
      ["fra1", 2],
    ] as const) {
      const servingTag = (tags as Record<string, { servingTag: string }>)[region]?.servingTag;
      const old = before.filter((droplet) => droplet.region === region).map(({ id }) => id);
      const existing = levels(requests, count, ({ method, path, body }) => {
        if (method === "POST" && path === "/v2/droplets" && (body as NewDroplets).region === region)
          return (body as NewDroplets).names.length;
        return method === "DELETE" && old.includes(path.replace("/v2/droplets/", "")) ? -1 : 0;
      });
      const serving = levels(requests, count, ({ method, path, body }) => {
        if (path !== `/v2/tags/${servingTag}/resources`) return 0;
        return (body as { resources: unknown[] }).resources.length * (method === "POST" ? 1 : -1);
      });
      expect({ region, most: Math.max(...existing), least: Math.min(...serving) }).toEqual({ region, most: count + 1, least: count });
    }
  });

  test("is destroyed to the last tag", async () => {
    expect(await stack.destroy()).toSucceed();

    expect(await service.account()).toEqual(nothing);
    const { body } = await service.emulator.call<{ ssh_keys: unknown[] }>("GET", "/v2/account/keys");
    expect(body.ssh_keys).toEqual([]);
    expect((await stack.state()).deployment.resources ?? []).toEqual([]);
  });
});

interface NewDroplets {
  readonly region: string;
  readonly names: readonly string[];
}

function countOf(requests: readonly LoggedRequest[], kind: string): number {
  return requests.filter((request) => kindOf(request) === kind).length;
}

/** A number after each request, from what it is before the first and what each one adds. */
function levels(requests: readonly LoggedRequest[], start: number, change: (request: LoggedRequest) => number): readonly number[] {
  let level = start;
  return [level, ...requests.map((request) => (level += change(request)))];
}
