import { inMemory, type InMemoryEmulator } from "./inMemory";

interface DomainRecord {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  readonly data: string;
  readonly ttl: number;
}

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

async function listed(query = ""): Promise<DomainRecord[]> {
  return (await emulator.call<{ domain_records: DomainRecord[] }>("GET", `/v2/domains/example.com/records${query}`)).body.domain_records;
}

test("a domain has name servers, and an address if one is given, and exists once", async () => {
  const asked = { name: "example.com", ip_address: "203.0.113.7" };
  expect((await emulator.call("POST", "/v2/domains", asked)).status).toBe(201);
  expect((await listed()).map(({ type }) => type)).toEqual(["NS", "NS", "NS", "A"]);
  expect((await emulator.call("POST", "/v2/domains", asked)).status).toBe(422);
  expect((await emulator.call("DELETE", "/v2/domains/example.com")).status).toBe(204);
  expect((await emulator.call("GET", "/v2/domains/example.com")).status).toBe(404);
});

test("a record is created, found by type and name, changed in part and deleted", async () => {
  await emulator.call("POST", "/v2/domains", { name: "example.com" });
  const path = "/v2/domains/example.com/records";
  const { status, body } = await emulator.call<{ domain_record: DomainRecord }>("POST", path, {
    type: "A",
    name: "www",
    data: "203.0.113.7",
  });
  expect([status, body.domain_record.ttl]).toEqual([201, 1800]);
  const { id } = body.domain_record;
  expect(await listed("?type=A&name=www.example.com")).toEqual([body.domain_record]);
  expect((await emulator.call("PATCH", `${path}/${id}`, { ttl: 60 })).body).toEqual({ domain_record: { ...body.domain_record, ttl: 60 } });
  expect((await emulator.call("DELETE", `${path}/${id}`)).status).toBe(204);
  expect((await emulator.call("GET", `${path}/${id}`)).status).toBe(404);
  expect((await emulator.call("POST", path, { type: "HINFO", data: "x" })).status).toBe(422);
});
