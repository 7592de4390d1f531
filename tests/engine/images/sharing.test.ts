import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { useStack, type Stack } from "../../helpers/engine";
import { nothing } from "../helpers/account";
import { useService, type Service, type Source } from "../helpers/service";

const imports = "POST /v2/images";
const program = "dist/tests/engine/programs/service";

/** What `programs/service` is to make of an image. */
interface Wanted {
  readonly source: Source;
  readonly regions: readonly string[];
  readonly retain?: number;
}

/** The image, with one earlier version. */
function kept(source: Source): Wanted {
  return { source, regions: ["nyc3"], retain: 1 };
}

/** Another stack in the same account. */
function stackBeside(service: Service, name: string): Promise<Stack> {
  return useStack({ program, name, env: environment(service) });
}

function environment({ emulator }: Service): NodeJS.ProcessEnv {
  return { DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url };
}

async function up(stack: Stack, image: Wanted, ...args: string[]): Promise<string> {
  await stack.setConfig({ "service:image": image, "service:fleets": {} });
  const { code, stdout } = await stack.update(...args);
  expect([code, code === 0 ? "" : stdout]).toEqual([0, ""]);
  return (await stack.outputs()).imageId as string;
}

async function idsOf({ account }: Service): Promise<readonly string[]> {
  return (await account()).images.map(({ id }) => id).sort();
}

/** The stack under another name and in another backend, as `pulumi stack export` and `import` move it. */
async function moved(stack: Stack, service: Service, name: string): Promise<Stack> {
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-moved-"));
  const file = path.join(folder, "state.json");
  const text = JSON.stringify(await stack.state()).replaceAll("urn:pulumi:test::", `urn:pulumi:${name}::`);
  await writeFile(file, text);
  const next = await stackBeside(service, name);
  expect(await next.run("stack", "import", "--file", file)).toSucceed();
  await rm(folder, { recursive: true });
  return next;
}

test("dev, staging and prod share one import, and the image goes with the last of them, not with the one that imported it", async () => {
  const service = await useService();
  const { stack: dev, image, writes, account } = service;
  const source = await image("1.0.0");
  const id = await up(dev, { source, regions: ["nyc3"] });
  const [staging, prod] = [await stackBeside(service, "staging"), await stackBeside(service, "prod")];
  expect(await up(staging, { source, regions: ["nyc3"] })).toBe(id);
  expect(await up(prod, { source, regions: ["nyc3", "ams3"] })).toBe(id);
  expect((await writes()).filter((write) => write === imports)).toHaveLength(1);
  expect((await account()).images).toEqual([{ id, regions: ["ams3", "nyc3"] }]);
  for (const stack of [dev, staging, prod]) expect(await stack.refresh("--expect-no-changes")).toSucceed();

  expect(await dev.destroy()).toSucceed();
  expect(await prod.destroy()).toSucceed();
  expect(await idsOf(service)).toEqual([id]);
  expect(await staging.up("--expect-no-changes")).toSucceed();
  expect(await staging.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

/** A stack that runs its second version, and keeps the first. */
async function twoVersions({ stack, image }: Service) {
  const [v1, v2] = [kept(await image("1.0.0")), kept(await image("2.0.0"))];
  return { v1, v2, first: await up(stack, v1), second: await up(stack, v2) };
}

test("a stack keeps its versions when it is renamed and then moved into another one, and a new stack under its old name takes and deletes none of them", async () => {
  const service = await useService();
  const { stack, image, writes, account } = service;
  const { v1, first, second } = await twoVersions(service);
  const renamed = await moved(stack, service, "renamed");

  const fresh = await stackBeside(service, "test");
  await up(fresh, kept(await image("3.0.0")));
  await up(fresh, kept(await image("4.0.0")));
  expect(await fresh.destroy()).toSucceed();
  expect(await idsOf(service)).toEqual([first, second].sort());

  const [component] = ((await renamed.state()).deployment.resources ?? []).filter(({ type }) => type === "imagefleet:index:CustomImage");
  const other = await useStack({ program, name: "other", env: environment(service), beside: renamed });
  const move = ["--source", "renamed", "--dest", "other", "--include-parents", "--yes", component?.urn ?? ""];
  expect(await renamed.run("state", "move", ...move)).toSucceed();

  const before = (await writes()).filter((write) => write === imports).length;
  expect(await up(other, v1)).toBe(first);
  expect((await writes()).filter((write) => write === imports)).toHaveLength(before);
  expect(await idsOf(service)).toEqual([first, second].sort());
  expect(await other.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

test("a replacement by force, or of a tainted state, keeps the image, its earlier versions, and imports nothing", async () => {
  const service = await useService();
  const { stack, writes, account } = service;
  const { v1, v2, first, second } = await twoVersions(service);
  const { deployment } = await stack.state();
  const urn = deployment.resources?.find(({ type }) => type === "imagefleet:index:ImageImport")?.urn ?? "";
  expect(await up(stack, v2, "--target-replace", urn)).toBe(second);
  expect(await stack.run("state", "taint", "--yes", urn)).toSucceed();
  expect(await up(stack, v2)).toBe(second);
  expect(await idsOf(service)).toEqual([first, second].sort());
  expect(await up(stack, v1)).toBe(first);
  expect((await writes()).filter((write) => write === imports)).toHaveLength(2);
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});
