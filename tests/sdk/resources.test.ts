import * as pulumi from "@pulumi/pulumi";
import { Fleet, getImage, ImageImport, ImageReplica, inspectImage, inspectImageOutput, Provider } from "../../provider/sdk";
import { Layout, valueOf } from "../components/layout";

const secretKeyword = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

const layout = new Layout();
beforeAll(() => layout.start());
beforeEach(() => layout.clear());

test("a provider keeps its token secret, and sends nothing that is not given", async () => {
  new Provider("one", { token: "not-a-real-token", namespace: "blue" });
  new Provider("two");

  expect((await layout.of("pulumi:providers:imagefleet")).map(({ inputs }) => inputs)).toEqual([
    { token: { ...secretKeyword, value: "not-a-real-token" }, namespace: "blue" },
    {},
  ]);
});

test("a provider keeps the secret of its Spaces key secret", async () => {
  const given = { spacesAccessId: "DO00", spacesBucket: "images" };
  new Provider("one", { ...given, spacesSecretKey: "not-a-real-secret" });
  const spacesSecretKey = { ...secretKeyword, value: "not-a-real-secret" };
  expect((await layout.of("pulumi:providers:imagefleet")).map(({ inputs }) => inputs)).toEqual([{ ...given, spacesSecretKey }]);
});

test("a source's path is made absolute and its headers are secret, however they are handed in", async () => {
  const args = { region: "ams3", name: "web" };
  const headers = { authorization: "Bearer not-a-real-key" };
  new ImageImport("plain", { ...args, source: { path: "images/web.img" } });
  new ImageImport("absolute", { ...args, source: { path: pulumi.output("/images/web.img") } });
  new ImageImport("output", { ...args, source: pulumi.output({ path: "images/web.img" }) });
  new ImageImport("headers", { ...args, source: { url: "https://example.com/web.img", headers } });
  new ImageImport("output-headers", { ...args, source: Promise.resolve({ url: "https://example.com/web.img", headers }) });

  const path = `${process.cwd()}/images/web.img`;
  const secretSource = { ...secretKeyword, value: { url: "https://example.com/web.img", headers } };
  const laidOut = await layout.of("ImageImport");
  expect(Object.fromEntries(laidOut.map(({ name, inputs }) => [name, inputs.source]))).toEqual({
    plain: { path },
    absolute: { path: "/images/web.img" },
    output: { path },
    headers: secretSource,
    "output-headers": secretSource,
  });
});

test("the path of an image to inspect is made absolute, and a number is an id to look for", async () => {
  await inspectImage({ path: "images/web.img" });
  await valueOf(inspectImageOutput({ path: pulumi.output("images/web.img") }));
  await getImage({ id: 4711 });

  const path = `${process.cwd()}/images/web.img`;
  expect(layout.calls.map(({ inputs }) => inputs as unknown)).toEqual([{ path }, { path }, { id: 4711 }]);
});

test("what is wrong with a resource's options is told with the program's line, and later errors have their frames", () => {
  const frames = Error.stackTraceLimit;
  const make = (): unknown => new ImageReplica("web-ams3", { imageId: "1", region: "ams3" }, { parent: "web" as never });
  const error = caught(make);
  expect(error.message).toMatch(/parent is not a valid Resource/);
  expect(error.stack?.split("\n")[1]).toContain(__filename);
  expect(Error.stackTraceLimit).toBe(frames);
  new ImageReplica("web-ams3", { imageId: "1", region: "ams3" });
  expect(Error.stackTraceLimit).toBe(frames);
});

test("a transformation that throws is told by its message and the program's line", () => {
  const transformations = [
    () => {
      throw new Error("No copies on a Sunday.");
    },
  ];
  const error = caught(() => new ImageReplica("web-ams3", { imageId: "1", region: "ams3" }, { transformations }));
  expect(error.message).toBe("No copies on a Sunday.");
  expect(error.stack?.split("\n")[1]).toContain(__filename);
});

test.each([
  ["without frames", {}, 0],
  ["whole, where somebody looks for a promise that was never settled", { PULUMI_DEBUG_PROMISE_LEAKS: "true" }, Error.stackTraceLimit],
])("the stack traces of a resource's promises are taken %s", (_, env, frames) => {
  let seen: number | undefined;
  const transformations = [() => void (seen = Error.stackTraceLimit)];
  const before = process.env;
  process.env = { ...before, ...env };
  new ImageReplica("web-ams3", { imageId: "1", region: "ams3" }, { transformations });
  process.env = before;
  expect(seen).toBe(frames);
});

test("a fleet's user data is secret, whoever hands it in", async () => {
  const args = { image: "1", region: "ams3", size: "s-1vcpu-1gb", count: 1, sshKeys: ["1"], name: "web" };
  new Fleet("plain", { ...args, userData: "#cloud-config" });
  new Fleet("secret", { ...args, userData: pulumi.secret("#cloud-config") });
  new Fleet("without", args);

  const userData = { ...secretKeyword, value: "#cloud-config" };
  expect((await layout.of("Fleet")).map(({ inputs }) => inputs)).toEqual([{ ...args, userData }, { ...args, userData }, args]);
});

test("a resource that another program manages is read by its id, with all its outputs", async () => {
  expect(await valueOf(ImageImport.get("web", "4711").minDiskSize)).toBe(10);
  expect(await valueOf(ImageReplica.get("web", "4711/ams3").status)).toBe("available");
  expect(await valueOf(Fleet.get("web", "f1").fleetTag)).toBe("imagefleet:fleet:f1");
});

function caught(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("Nothing was thrown.");
}
