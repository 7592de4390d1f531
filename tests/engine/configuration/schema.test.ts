import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { openWorkspace } from "../../../local/workspace";

interface Schema {
  readonly name: string;
  readonly version: string;
  readonly resources: Readonly<Record<string, unknown>>;
  readonly functions: Readonly<Record<string, unknown>>;
}

test("the engine takes the plugin's schema, with every resource and function, and finds no fault in it", async () => {
  const { pulumi, env, root } = await openWorkspace({ log: () => undefined });
  const plugin = path.join(root, "bin/pulumi-resource-imagefleet");
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-schema-"));
  const run = async (...args: readonly string[]) => promisify(execFile)(pulumi, args, { cwd: folder, env: { ...process.env, ...env } });
  const { stdout } = await run("package", "get-schema", plugin);
  await writeFile(path.join(folder, "schema.json"), stdout);
  expect(await run("schema", "check", "schema.json")).toEqual({ stdout: "", stderr: "" });
  await rm(folder, { recursive: true });
  const { name, version, resources, functions } = JSON.parse(stdout) as Schema;
  expect({ name, version, resources: Object.keys(resources).sort(), functions: Object.keys(functions).sort() }).toEqual({
    name: "imagefleet",
    version: "0.1.0",
    resources: ["CustomImage", "DropletFleet", "Fleet", "ImageImport", "ImageReplica", "ImageReplication", "ImageService"].map(
      (type) => `imagefleet:index:${type}`,
    ),
    functions: ["CustomImage/in", "ImageReplication/in", "getImage", "inspectImage"].map((name) => `imagefleet:index:${name}`),
  });
});
