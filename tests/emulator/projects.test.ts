import { inMemory, type InMemoryEmulator } from "./inMemory";

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

async function create(name: string): Promise<string> {
  const { body } = await emulator.call<{ project: { id: string } }>("POST", "/v2/projects", { name, purpose: "Service or API" });
  return body.project.id;
}

async function resourcesOf(project: string): Promise<unknown[]> {
  const { body } = await emulator.call<{ resources: { urn: string }[] }>("GET", `/v2/projects/${project}/resources`);
  return body.resources.map(({ urn }) => urn);
}

test("a team has one default project, which another can become and which cannot be deleted", async () => {
  const { body } = await emulator.call<{ project: { id: string } }>("GET", "/v2/projects/default");
  expect((await emulator.call("DELETE", `/v2/projects/${body.project.id}`)).status).toBe(412);
  const id = await create("web");
  expect((await emulator.call("PATCH", `/v2/projects/${id}`, { is_default: true })).body).toMatchObject({ project: { is_default: true } });
  expect((await emulator.call("GET", "/v2/projects/default")).body).toMatchObject({ project: { id, name: "web" } });
  expect((await emulator.call("DELETE", `/v2/projects/${body.project.id}`)).status).toBe(204);
});

test("a resource is in one project at a time, and a project with resources is not deleted", async () => {
  const [a, b] = [await create("a"), await create("b")];
  const [droplet] = await emulator.droplets(["web"]);
  const urn = `do:droplet:${droplet!}`;
  for (const project of [a, b]) await emulator.call("POST", `/v2/projects/${project}/resources`, { resources: [urn] });
  expect([await resourcesOf(a), await resourcesOf(b)]).toEqual([[], [urn]]);
  expect((await emulator.call("DELETE", `/v2/projects/${b}`)).status).toBe(412);
  expect((await emulator.call("DELETE", `/v2/projects/${a}`)).status).toBe(204);
  expect((await emulator.call("GET", `/v2/projects/${a}`)).status).toBe(404);
  expect((await emulator.call("POST", `/v2/projects/${b}/resources`, { resources: ["droplet 1"] })).status).toBe(422);
});

test("a resource that is destroyed leaves its project, and one that isn't there comes into none", async () => {
  const [id, [droplet]] = [await create("web"), await emulator.droplets(["web"])];
  const resources = [`do:droplet:${droplet!}`, "do:droplet:1"];
  expect((await emulator.call("POST", `/v2/projects/${id}/resources`, { resources })).body).toMatchObject({
    resources: [{ status: "assigned" }, { status: "not_found" }],
  });
  expect(await resourcesOf(id)).toEqual([resources[0]]);
  await emulator.call("DELETE", `/v2/droplets/${droplet!}`);
  expect(await resourcesOf(id)).toEqual([]);
  expect((await emulator.call("DELETE", `/v2/projects/${id}`)).status).toBe(204);
});

test("a name is used once", async () => {
  await create("web");
  expect((await emulator.call("POST", "/v2/projects", { name: "web", purpose: "Other" })).status).toBe(409);
});
