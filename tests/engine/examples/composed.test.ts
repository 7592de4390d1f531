import { execFile } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { openWorkspace } from "../../../local/workspace";
import { useStack } from "../../helpers/engine";
import { answersOf, nothing } from "../helpers/account";
import { followReadme } from "../helpers/readme";
import { useService } from "../helpers/service";

const root = path.resolve(__dirname, "../../..");

test("examples/network runs as its README says, and examples/consumer on top of it", async () => {
  const service = await useService({ program: "examples/network", emulator: { loadBalancerSeconds: 0.5, loadBalancerLagSeconds: 0.5 } });
  const { stack, emulator, image, sshKeys, account } = service;
  const { url } = await image("web-1.4.2.qcow2.gz");
  await followReadme(service, "examples/network", { "https://images.example.com": path.dirname(url), "512189": sshKeys[0] ?? "" });

  const { address, name, addresses } = await stack.outputs();
  expect(name).toBe("www.shop.example.com");
  expect((await fetch(`http://${String(address)}:8080/`)).status).toBe(200);
  // The firewall drops what comes: there is nothing to wait for.
  await expect(fetch(`http://${(addresses as string[])[0]!}:8080/`, { signal: AbortSignal.timeout(500) })).rejects.toThrow();
  expect(await stack.up("--expect-no-changes")).toSucceed();

  const env = { DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url };
  const consumer = await useStack({ program: "examples/consumer", name: "dev", env, beside: stack });
  await followReadme({ ...service, stack: consumer }, "examples/consumer", { "organization/network/dev": "organization/network/test" });
  expect(await consumer.outputs()).toEqual({ name: "brand.example.com", droplets: 2 });
  const { body } = await emulator.call<{ domain_records: { type: string; data: string }[] }>(
    "GET",
    "/v2/domains/brand.example.com/records",
  );
  expect(body.domain_records.filter(({ type }) => type === "A")).toMatchObject([{ data: address }]);

  expect(await consumer.destroy()).toSucceed();
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

test("examples/automation makes a stack for each customer", async () => {
  const folder = path.join(root, "examples/automation");
  const {
    emulator,
    folder: scratch,
    sshKeys,
  } = await useService({
    program: "examples/automation",
    seed: { images: [{ name: "golden", regions: ["ams3"] }] },
  });
  const { images } = (await emulator.call<{ images: { id: number }[] }>("GET", "/v2/images?private=true")).body;
  const workspace = await openWorkspace({ log: () => undefined, backend: path.join(scratch, "backend") });
  const service = { DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url };
  const env = { ...process.env, ...workspace.env, ...service, PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
  try {
    const args = ["-r", "ts-node/register/transpile-only", "deploy.ts", String(images[0]!.id), ...sshKeys];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });

    const lines = stdout.trim().split("\n");
    expect(lines.map((line) => line.replace(/:.*/, ""))).toEqual(["acme", "globex"]);
    const addresses = lines.flatMap((line) => line.replace(/^.*: /, "").split(", "));
    expect(await answersOf(addresses)).toEqual([200, 200, 200]);
  } finally {
    for (const file of readdirSync(folder)) if (/^Pulumi\..+\.yaml$/.test(file)) rmSync(path.join(folder, file));
  }
});
