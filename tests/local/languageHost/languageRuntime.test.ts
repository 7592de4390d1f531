import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { credentials, Server, ServerCredentials, status, type ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { LanguageRuntimeClient, LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import manifest from "@pulumi/pulumi/package.json";
import { languageRuntime } from "../../../local/languageHost/languageRuntime";

const checkout = path.resolve(__dirname, "../../..");
const server = new Server();
let client: LanguageRuntimeClient;
let folder: string;

beforeAll(async () => {
  server.addService(LanguageRuntimeService, languageRuntime("127.0.0.1:1").service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  client = new LanguageRuntimeClient(`127.0.0.1:${port}`, credentials.createInsecure());
});

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imagefleet-language-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

afterAll(() => {
  client.close();
  server.forceShutdown();
});

type Callback<A> = (error: ServiceError | null, answer: A) => void;

function ask<A>(call: (callback: Callback<A>) => unknown): Promise<A> {
  return new Promise((resolve, reject) => call((error, answer) => (error === null ? resolve(answer) : reject(error))));
}

function program(options: Record<string, JavaScriptValue> = {}, programFolder = checkout): language.ProgramInfo {
  return new language.ProgramInfo()
    .setRootDirectory(programFolder)
    .setProgramDirectory(programFolder)
    .setEntryPoint("index.ts")
    .setOptions(Struct.fromJavaScript(options));
}

test("names the SDK's version as its own", async () => {
  const info = await ask<PluginInfo>((done) => client.getPluginInfo(new Empty(), done));
  expect(info.getVersion()).toBe(manifest.version);
});

test("says which Node.js runs programs", async () => {
  const about = await ask<language.AboutResponse>((done) => client.about(new language.AboutRequest(), done));
  expect(about.toObject()).toMatchObject({ executable: process.execPath, version: process.version });
});

test("names the plugins that the program's packages say they need, and where they are", async () => {
  const packages = {
    imagefleet: { version: "0.1.0", pulumi: { resource: true, server: "https://plugins.example.com" } },
    "@pulumi/random": { version: "4.1.0", pulumi: { resource: true } },
    "@pulumi/digitalocean": { version: "4.80.1", pulumi: { resource: true, name: "digitalocean", version: "4.80.2" } },
    "@pulumi/components": { version: "1.0.0", pulumi: { resource: false } },
    express: { version: "5.0.0" },
  };
  writeFileSync(
    path.join(folder, "package.json"),
    JSON.stringify({ dependencies: Object.fromEntries(Object.keys(packages).map((name) => [name, "*"])) }),
  );
  for (const [name, manifest] of Object.entries(packages)) {
    mkdirSync(path.join(folder, "node_modules", name), { recursive: true });
    writeFileSync(path.join(folder, "node_modules", name, "package.json"), JSON.stringify(manifest));
  }
  const request = new language.GetRequiredPackagesRequest().setInfo(program({}, folder));
  const answer = await ask<language.GetRequiredPackagesResponse>((done) => client.getRequiredPackages(request, done));
  const found = answer.getPackagesList().map((each) => [each.getKind(), each.getName(), each.getVersion(), each.getServer()]);
  expect(found).toEqual([
    ["resource", "imagefleet", "v0.1.0", "https://plugins.example.com"],
    ["resource", "random", "v4.1.0", ""],
    ["resource", "digitalocean", "v4.80.2", ""],
  ]);
});

test("lists declared packages with the versions that are installed", async () => {
  const request = new language.GetProgramDependenciesRequest().setInfo(program({}, path.join(checkout, "tests")));
  const answer = await ask<language.GetProgramDependenciesResponse>((done) => client.getProgramDependencies(request, done));
  expect(answer.toObject().dependenciesList).toContainEqual({ name: "@pulumi/pulumi", version: manifest.version });
});

test("leaves what the engine does without unimplemented", async () => {
  const failure = ask<language.GenerateProgramResponse>((done) => client.generateProgram(new language.GenerateProgramRequest(), done));
  await expect(failure).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});

test("reports a runtime option of the wrong type as the program's error", async () => {
  const request = new language.RunRequest().setInfo(program({ typescript: "yes" }));
  const answer = await ask<language.RunResponse>((done) => client.run(request, done));
  expect(answer.toObject()).toEqual({
    bail: false,
    error: '`runtime.options.typescript` in Pulumi.yaml must be true or false, got "yes".',
  });
});

test("says where the SDK is missing", async () => {
  const request = new language.RunRequest().setInfo(program({}, folder));
  const answer = await ask<language.RunResponse>((done) => client.run(request, done));
  expect(answer.getError()).toBe(
    `\`@pulumi/pulumi\` is not installed for the program in ${folder}: run \`npm install\` there and try again.`,
  );
});

function install(): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const parts = client.installDependencies(new language.InstallDependenciesRequest().setDirectory(folder));
    parts.on("data", (part: language.InstallDependenciesResponse) => {
      output += Buffer.concat([part.getStdout_asU8(), part.getStderr_asU8()]).toString();
    });
    parts.on("error", reject).on("end", () => resolve(output));
  });
}

test("installs a program's packages, shows npm's output and ends its stream", async () => {
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "nothing", version: "1.0.0", private: true }));
  expect(await install()).toContain("up to date");
});

test("ends its stream with an error when npm fails", async () => {
  writeFileSync(path.join(folder, "package.json"), "not JSON");
  await expect(install()).rejects.toMatchObject({
    code: status.UNKNOWN,
    details: `\`npm install\` in ${folder} ended with exit code 1.`,
  });
});

test("says where a policy pack's packages are missing", async () => {
  const pack = client.runPlugin(new language.RunPluginRequest().setKind("analyzer").setInfo(program({}, folder)));
  await expect(new Promise((_, reject) => pack.on("error", reject).resume())).rejects.toMatchObject({
    details: `\`@pulumi/policy\` is not installed for the policy pack in ${folder}: run \`npm install\` there and try again.`,
  });
});
