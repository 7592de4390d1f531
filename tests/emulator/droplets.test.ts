import { createHash } from "node:crypto";

import { disk, inMemory, type InMemoryEmulator } from "./inMemory";

interface Droplet {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly locked: boolean;
  readonly size_slug: string;
  readonly disk: number;
  readonly tags: string[];
  readonly image: { readonly id: number };
  readonly snapshot_ids: number[];
  readonly features: string[];
  readonly networks: { readonly v4: { readonly ip_address: string; readonly type: string }[]; readonly v6: unknown[] };
}

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

const usual = { name: "web", region: "nyc3", size: "s-1vcpu-1gb", image: "debian-13-x64" };

async function post(fields: object): Promise<{ status: number; body: { droplet: Droplet; message: string } }> {
  return emulator.call("POST", "/v2/droplets", { ...usual, ...fields });
}

async function read(id: number): Promise<Droplet> {
  return (await emulator.call<{ droplet: Droplet }>("GET", `/v2/droplets/${id}`)).body.droplet;
}

async function act(id: number, body: object): Promise<{ status: number; body: { message: string; action: { id: number } } }> {
  return emulator.call("POST", `/v2/droplets/${id}/actions`, body);
}

describe("creating", () => {
  test("one answers 202 with the Droplet and its create action, and it is active after its time", async () => {
    const { status, body } = await post({ tags: ["web"] });
    expect(status).toBe(202);
    expect(body.droplet).toMatchObject({ name: "web", status: "new", locked: true, networks: { v4: [], v6: [] }, tags: ["web"] });
    const [link] = (body as unknown as { links: { actions: { id: number; rel: string; href: string }[] } }).links.actions;
    expect(link).toEqual({ id: link!.id, rel: "create", href: `http://127.0.0.1:1/v2/actions/${link!.id}` });
    await emulator.clock.advance(1000);
    const active = await read(body.droplet.id);
    expect(active).toMatchObject({ status: "active", locked: false });
    expect(active.networks.v4.map(({ type }) => type)).toEqual(["private", "public"]);
    expect(active.networks.v4.every(({ ip_address }) => ip_address.startsWith("127."))).toBe(true);
  });

  test("several by names answers with all of them, and up to 10 only", async () => {
    const ids = await emulator.droplets(["a", "b", "c"]);
    expect(ids).toHaveLength(3);
    const names = Array.from({ length: 11 }, (_, at) => `n${at}`);
    expect(await emulator.call("POST", "/v2/droplets", { ...usual, names })).toMatchObject({
      status: 422,
      body: { message: "You can't create more than 10 Droplets at the same time." },
    });
  });

  test.each([
    [{ image: 1 }, "You specified an invalid image for Droplet creation."],
    [{ size: "huge" }, "You specified an invalid size for Droplet creation."],
    [{ region: "nyc9" }, "Region is not available"],
    [{ region: "nyc2" }, "Region is not available"],
    [{ region: "ric1", size: "c-2" }, "Size is not available in this region."],
    [{ ssh_keys: [1, "aa:bb"] }, "1, aa:bb are invalid key identifiers for Droplet creation."],
    [{ name: "no_underscores" }, "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)"],
    [{ user_data: "x".repeat(65_537) }, "User data is too long (maximum is 64 KiB)."],
    [{ vpc_uuid: "other" }, "Failed to resolve VPC: it must be one of the region nyc3."],
  ])("is refused with 422 for %j", async (fields, message) => {
    expect(await post(fields)).toMatchObject({ status: 422, body: { id: "unprocessable_entity", message } });
  });

  test("from a custom image needs the image in the region, a key, a large enough disk, and neither IPv6 nor monitoring", async () => {
    emulator.files.set("http://127.0.0.1/large", disk(30));
    const [image, large, key] = [
      await emulator.image(),
      await emulator.image(["nyc3"], { url: "http://127.0.0.1/large" }),
      await emulator.key(),
    ];
    const refusal = async (fields: object): Promise<string> => (await post({ image, ssh_keys: [key], ...fields })).body.message;
    expect(await refusal({ region: "ams3" })).toBe("The image is not available in the requested region.");
    expect(await refusal({ ipv6: true })).toBe("image is not compatible with ipv6");
    expect(await refusal({ monitoring: true })).toBe("image is not compatible with monitoring");
    expect(await refusal({ ssh_keys: [] })).toContain("SSH key");
    expect(await refusal({ image: large })).toBe("This size is not available because it has a smaller disk.");
    expect((await post({ image: String(image), ssh_keys: [key], ipv6: false, monitoring: false, backups: false })).status).toBe(202);
  });

  test("stops at the Droplet limit, counting what is asked for", async () => {
    await emulator.control("options", { dropletLimit: 3 });
    await emulator.droplets(["a", "b"]);
    const answer = await emulator.call("POST", "/v2/droplets", { ...usual, names: ["c", "d"] });
    expect(answer).toMatchObject({ status: 422, body: { message: "creating this/these droplet(s) will exceed your droplet limit" } });
    expect((await post({})).status).toBe(202);
    expect((await emulator.call("GET", "/v2/account")).body).toMatchObject({ account: { droplet_limit: 3 } });
  });

  test("without public networking has no public address, and IPv6 needs it", async () => {
    const [id] = await emulator.droplets(["a"], { public_networking: false });
    const { networks } = await read(id!);
    expect([networks.v4.map(({ type }) => type), networks.v6]).toEqual([["private"], []]);
    expect([...emulator.network.listening().keys()]).toEqual(networks.v4.map(({ ip_address }) => ip_address));
    expect((await post({ public_networking: false, ipv6: true })).status).toBe(422);
  });

  test("with IPv6 from a public image has an address of it", async () => {
    const [id] = await emulator.droplets(["a"], { ipv6: true });
    const { networks, features } = await read(id!);
    expect(networks.v6).toEqual([
      { ip_address: expect.stringMatching(/^2604:[0-9a-f:]+$/) as string, netmask: 64, gateway: "2604:a880:400:d1::1", type: "public" },
    ]);
    expect(features).toContain("ipv6");
  });

  test("takes the first fitting region for a prefix or for none", async () => {
    const image = await emulator.image(["nyc3", "ams3"]);
    const fields = { image, ssh_keys: [await emulator.key()] };
    expect((await post({ ...fields, region: "nyc" })).body.droplet).toMatchObject({ region: { slug: "nyc3" } });
    expect((await post({ ...fields, region: undefined })).body.droplet).toMatchObject({ region: { slug: "ams3" } });
  });
});

describe("listing and deleting", () => {
  test("lists by tag and by name, and pages", async () => {
    const [a, b] = await emulator.droplets(["a", "b"], { tags: ["env:prod"] });
    await emulator.droplets(["c"]);
    const ids = async (query: string): Promise<number[]> => {
      return (await emulator.call<{ droplets: Droplet[] }>("GET", `/v2/droplets${query}`)).body.droplets.map(({ id }) => id);
    };
    expect(await ids("?tag_name=env:prod")).toEqual([a, b]);
    expect(await ids("?name=B")).toEqual([b]);
    expect(await ids("?type=gpus")).toEqual([]);
    expect(await ids("?tag_name=env:prod&per_page=1&page=2")).toEqual([b]);
  });

  test("deletes by id and by tag, after which GET answers 404", async () => {
    const [a, b, c] = await emulator.droplets(["a", "b", "c"]);
    await emulator.call("POST", "/v2/tags", { name: "old" });
    const resources = [b, c].map((id) => ({ resource_id: String(id), resource_type: "droplet" }));
    await emulator.call("POST", "/v2/tags/old/resources", { resources });
    const deleted = await emulator.call("DELETE", `/v2/droplets/${a!}`);
    expect([deleted.status, deleted.headers.get("content-type")]).toEqual([204, "application/json"]);
    expect((await emulator.call("DELETE", `/v2/droplets/${a!}`)).status).toBe(404);
    expect((await emulator.call("DELETE", "/v2/droplets?tag_name=old")).status).toBe(204);
    expect((await emulator.call<{ droplets: Droplet[] }>("GET", "/v2/droplets")).body.droplets).toEqual([]);
    expect((await emulator.call("DELETE", "/v2/droplets")).status).toBe(400);
  });

  test("refuses to delete a Droplet with a pending event", async () => {
    const { body } = await post({});
    const answer = await emulator.call("DELETE", `/v2/droplets/${body.droplet.id}`);
    expect(answer).toMatchObject({ status: 422, body: { message: "Droplet already has a pending event." } });
  });

  test("leaves Droplets alone whose image is deleted", async () => {
    const image = await emulator.image();
    const [id] = await emulator.droplets(["a"], { image, ssh_keys: [await emulator.key()] });
    expect((await emulator.call("DELETE", `/v2/images/${image}`)).status).toBe(204);
    expect(await read(id!)).toMatchObject({ status: "active", image: { id: image } });
  });
});

describe("acting", () => {
  test("locks the Droplet until the action ends, and refuses another meanwhile", async () => {
    const [id] = await emulator.droplets(["a"]);
    const { status, body } = await act(id!, { type: "shutdown" });
    expect(status).toBe(201);
    expect(await read(id!)).toMatchObject({ status: "active", locked: true });
    expect(await act(id!, { type: "power_off" })).toMatchObject({ status: 422, body: { message: "Droplet already has a pending event." } });
    await emulator.clock.advance(1000);
    expect(await read(id!)).toMatchObject({ status: "off", locked: false });
    const action = await emulator.call("GET", `/v2/droplets/${id!}/actions/${body.action.id}`);
    expect(action.body).toMatchObject({ action: { status: "completed", type: "shutdown", resource_id: id } });
  });

  test("errors where a fault says so, and does nothing", async () => {
    const [id] = await emulator.droplets(["a"]);
    await emulator.control("faults", { on: "droplet", type: "shutdown", fails: true });
    const { body } = await act(id!, { type: "shutdown" });
    await emulator.clock.advance(1000);
    expect((await emulator.call("GET", `/v2/actions/${body.action.id}`)).body).toMatchObject({ action: { status: "errored" } });
    expect(await read(id!)).toMatchObject({ status: "active", locked: false });
  });

  test("a reboot is refused to a Droplet that is off, which stays off", async () => {
    const [id] = await emulator.droplets(["a"]);
    await act(id!, { type: "power_off" });
    await emulator.clock.advance(1000);
    for (const type of ["reboot", "power_cycle"]) expect(await act(id!, { type })).toMatchObject({ status: 422 });
    expect(await read(id!)).toMatchObject({ status: "off", locked: false });
  });

  test("enables, changes and disables backups, and shows the next window", async () => {
    const [id] = await emulator.droplets(["a"]);
    await emulator.clock.advance(Date.UTC(2030, 0, 7, 13) - emulator.clock.now());
    const done = async (body: object): Promise<Droplet> => {
      expect((await act(id!, body)).status).toBe(201);
      await emulator.clock.advance(1000);
      return read(id!);
    };
    const day = { start: "2030-01-08T00:00:00Z", end: "2030-01-08T04:00:00Z" };
    expect(await done({ type: "enable_backups" })).toMatchObject({ next_backup_window: day });
    expect((await read(id!)).features).toContain("backups");
    expect((await act(id!, { type: "enable_backups" })).status).toBe(422);
    const weekly = { type: "change_backup_policy", backup_policy: { plan: "weekly", weekday: "TUE", hour: 20 } };
    expect(await done(weekly)).toMatchObject({ next_backup_window: { start: "2030-01-08T20:00:00Z", end: "2030-01-09T00:00:00Z" } });
    expect(await done({ type: "disable_backups" })).toMatchObject({ next_backup_window: null });
    expect((await read(id!)).features).not.toContain("backups");
    expect((await act(id!, weekly)).status).toBe(422);
  });

  test("enables IPv6, but not on a custom image", async () => {
    const [id] = await emulator.droplets(["a"]);
    expect((await act(id!, { type: "enable_ipv6" })).status).toBe(201);
    await emulator.clock.advance(1000);
    expect((await read(id!)).networks.v6).toHaveLength(1);
    const [custom] = await emulator.droplets(["b"], { image: await emulator.image(), ssh_keys: [await emulator.key()] });
    expect(await act(custom!, { type: "enable_ipv6" })).toMatchObject({ body: { message: "image is not compatible with ipv6" } });
  });

  test("rebuilds in place, with the same id and addresses", async () => {
    const [id] = await emulator.droplets(["a"]);
    const before = await read(id!);
    const image = await emulator.image();
    expect((await act(id!, { type: "rebuild", image })).status).toBe(201);
    await emulator.clock.advance(1000);
    expect(await read(id!)).toMatchObject({ status: "active", image: { id: image }, networks: before.networks });
    expect((await act(id!, { type: "rebuild", image: 1 })).status).toBe(422);
  });

  test("resizes a Droplet that is off, the disk only when asked, and never to a smaller one", async () => {
    const [id] = await emulator.droplets(["a"]);
    expect((await act(id!, { type: "resize", size: "s-2vcpu-4gb" })).status).toBe(422);
    await act(id!, { type: "power_off" });
    await emulator.clock.advance(1000);
    await act(id!, { type: "resize", size: "s-2vcpu-4gb", disk: false });
    await emulator.clock.advance(1000);
    expect(await read(id!)).toMatchObject({ size_slug: "s-2vcpu-4gb", disk: 25 });
    await act(id!, { type: "resize", size: "s-2vcpu-4gb", disk: true });
    await emulator.clock.advance(1000);
    expect(await read(id!)).toMatchObject({ disk: 80 });
    const smaller = await act(id!, { type: "resize", size: "s-1vcpu-1gb" });
    expect(smaller).toMatchObject({ status: 422, body: { message: "This size is not available because it has a smaller disk." } });
  });

  test("renames, and makes a snapshot that Droplets can run", async () => {
    const [id] = await emulator.droplets(["a"]);
    await act(id!, { type: "rename", name: "b" });
    await emulator.clock.advance(1000);
    await act(id!, { type: "snapshot", name: "before" });
    await emulator.clock.advance(1000);
    const { name, snapshot_ids: snapshots } = await read(id!);
    expect(name).toBe("b");
    const image = await emulator.call("GET", `/v2/images/${snapshots[0]!}`);
    expect(image.body).toMatchObject({
      image: { type: "snapshot", name: "before", status: "available", regions: ["nyc3"], min_disk_size: 25 },
    });
    expect((await post({ image: snapshots[0] })).status).toBe(202);
    const listed = await emulator.call("GET", "/v2/snapshots");
    expect(listed.body).toMatchObject({ snapshots: [{ id: String(snapshots[0]), name: "before", resource_id: String(id) }] });
    expect((await emulator.call("DELETE", `/v2/snapshots/${snapshots[0]!}`)).status).toBe(204);
    expect((await read(id!)).snapshot_ids).toEqual([]);
  });

  test("on all Droplets of a tag, or on none", async () => {
    const ids = await emulator.droplets(["a", "b"], { tags: ["web"] });
    await act(ids[0]!, { type: "reboot" });
    expect((await emulator.call("POST", "/v2/droplets/actions?tag_name=web", { type: "shutdown" })).status).toBe(422);
    await emulator.clock.advance(1000);
    expect((await emulator.call("POST", "/v2/droplets/actions?tag_name=web", { type: "shutdown" })).status).toBe(201);
    await emulator.clock.advance(1000);
    expect([(await read(ids[0]!)).status, (await read(ids[1]!)).status]).toEqual(["off", "off"]);
  });

  test("answers 404 for a type that does not exist, 501 for one that is not modelled", async () => {
    const [id] = await emulator.droplets(["a"]);
    const message = "The specified action type is not available.";
    expect(await act(id!, { type: "enable_recovery" })).toMatchObject({ status: 404, body: { message } });
    expect(await act(id!, { type: "password_reset" })).toMatchObject({
      status: 501,
      body: { message: "The emulator does not model the action `password_reset` of POST /v2/droplets/:droplet/actions." },
    });
    expect((await emulator.call("POST", "/v2/droplets/actions?tag_name=a", { type: "reboot" })).status).toBe(404);
  });
});

describe("ports", () => {
  test("open with active, after the workload's delay, and close with off and DELETE", async () => {
    const sha256 = createHash("sha256").update(disk()).digest("hex");
    const listen = [
      { port: 80, kind: "http", status: 503 },
      { port: 443, kind: "tcp", delaySeconds: 10 },
    ];
    expect((await emulator.control("workloads", { sha256, listen })).body).toEqual({ workloads: [{ sha256, listen }] });
    const [id] = await emulator.droplets(["a"], { image: await emulator.image(), ssh_keys: [await emulator.key()] });
    const ports = async (): Promise<(number[] | undefined)[]> => {
      const { networks } = await read(id!);
      return networks.v4.map(({ ip_address }) =>
        emulator.network
          .listening()
          .get(ip_address)
          ?.map(({ port }) => port),
      );
    };
    expect(await ports()).toEqual([[80], [80]]);
    await emulator.clock.advance(10_000);
    expect(await ports()).toEqual([
      [80, 443],
      [80, 443],
    ]);
    await act(id!, { type: "reboot" });
    await emulator.clock.advance(1000);
    expect(await ports()).toEqual([[80], [80]]);
    await emulator.call("DELETE", `/v2/droplets/${id!}`);
    await emulator.clock.advance(10_000);
    expect(emulator.network.listening().size).toBe(0);
  });
});
