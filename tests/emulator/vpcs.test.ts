import { inMemory, type InMemoryEmulator } from "./inMemory";

interface Vpc {
  readonly id: string;
  readonly ip_range: string;
  readonly region: string;
  readonly default: boolean;
}

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

async function create(fields: object): Promise<{ status: number; body: { vpc: Vpc; message: string } }> {
  return emulator.call("POST", "/v2/vpcs", { name: "web", region: "nyc3", ...fields });
}

async function defaultOf(region: string): Promise<Vpc | undefined> {
  const { body } = await emulator.call<{ vpcs: Vpc[] }>("GET", "/v2/vpcs?per_page=200");
  return body.vpcs.find((vpc) => vpc.region === region && vpc.default);
}

test("a VPC with Droplets or load balancers is not deleted, an empty one is", async () => {
  const { id } = (await create({})).body.vpc;
  const [a] = await emulator.droplets(["a"], { vpc_uuid: id });
  expect(await emulator.call("DELETE", `/v2/vpcs/${id}`)).toMatchObject({
    status: 409,
    body: { message: "Can not delete VPC with members" },
  });
  const { body } = await emulator.call<{ members: { urn: string }[] }>("GET", `/v2/vpcs/${id}/members?resource_type=droplet`);
  expect(body.members).toMatchObject([{ urn: `do:droplet:${a!}`, name: "a" }]);
  await emulator.call("DELETE", `/v2/droplets/${a!}`);
  expect((await emulator.call("DELETE", `/v2/vpcs/${id}`)).status).toBe(204);
  expect((await emulator.call("GET", `/v2/vpcs/${id}`)).status).toBe(404);
});

test("a region has one default VPC, which another can become and which is not deleted", async () => {
  const before = await defaultOf("nyc3");
  expect((await emulator.call("DELETE", `/v2/vpcs/${before!.id}`)).status).toBe(403);
  const { id } = (await create({})).body.vpc;
  expect((await emulator.call("PATCH", `/v2/vpcs/${id}`, { default: true })).status).toBe(200);
  expect((await defaultOf("nyc3"))?.id).toBe(id);
  const [a] = await emulator.droplets(["a"]);
  expect((await emulator.call("GET", `/v2/droplets/${a!}`)).body).toMatchObject({ droplet: { vpc_uuid: id } });
  expect((await emulator.call("DELETE", `/v2/vpcs/${before!.id}`)).status).toBe(204);
});

test("ranges are private, from /16 to /28, and do not overlap", async () => {
  expect((await create({ ip_range: "10.10.10.0/24" })).status).toBe(201);
  const refused = async (ip_range: string): Promise<number> => (await create({ name: `n-${ip_range.replace("/", "-")}`, ip_range })).status;
  for (const range of ["10.10.10.128/28", "8.8.0.0/20", "10.20.0.0/8", "192.168.0.0/29", "10.0.0.300/24", "all"]) {
    expect([range, await refused(range)]).toEqual([range, 422]);
  }
  const { vpc } = (await create({ name: "other" })).body;
  expect(vpc.ip_range).toMatch(/^10\.\d+\.\d+\.0\/20$/);
  expect((await create({ name: "other" })).status).toBe(422);
});
