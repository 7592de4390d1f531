import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { openWorkspace } from "../../local/workspace";

interface Schema {
  readonly name: string;
  readonly version: string;
  readonly resources: Readonly<Record<string, unknown>>;
  readonly functions: Readonly<Record<string, unknown>>;
}

test("the engine takes the plugin's schema, with every resource and function", async () => {
  const { pulumi, env, root } = await openWorkspace({ log: () => undefined });
  const plugin = path.join(root, "bin/pulumi-resource-imagefleet");
  const { stdout } = await promisify(execFile)(pulumi, ["package", "get-schema", plugin], {
    cwd: tmpdir(),
    env: { ...process.env, ...env },
  });
  const { name, version, resources, functions } = JSON.parse(stdout) as Schema;
  expect({ name, version, resources: Object.keys(resources).sort(), functions: Object.keys(functions).sort() }).toEqual({
    name: "imagefleet",
    version: "0.1.0",
    resources: ["Fleet", "ImageImport", "ImageReplica"].map((type) => `imagefleet:index:${type}`),
    functions: ["getImage", "inspectImage"].map((name) => `imagefleet:index:${name}`),
  });
}, 60_000);
