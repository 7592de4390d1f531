import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { throwawayPublicKey } from "../../../cli/demo/sshKey";
import { useService } from "../helpers/service";

/** The pack as its README has it: in a folder of its own, with its packages. */
const pack = mkdtempSync(path.join(tmpdir(), "imagefleet-policy-"));
afterAll(() => rmSync(pack, { recursive: true }));
cpSync(path.resolve(__dirname, "../../../examples/policy"), pack, { recursive: true, filter: (file) => !file.includes("node_modules") });
const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: pack, encoding: "utf8", timeout: 120_000 });

if (installed.status === 0) {
  test("examples/policy refuses what it is for, and nothing of a service that is as it should be", async () => {
    const { stack, image } = await useService({ program: "examples/service" });
    const { url, sha256 } = await image("web-1.4.2.qcow2.gz");
    await stack.setConfig({ url, publicKey: throwawayPublicKey(), domain: "shop.example.com", operator: "0.0.0.0/0" });

    const refused = await stack.preview("--policy-pack", pack);
    expect(refused.code).not.toBe(0);
    const found = [...refused.stdout.matchAll(/^ +- \[(\w+)\] +([\w-]+) +\((.*)\)$/gm)].map(([, level, rule, on]) => [level, rule, on]);
    expect(found.sort()).toEqual([
      ["mandatory", "image-digest-declared", "imagefleet:index:ImageImport: shop"],
      ["mandatory", "no-public-ssh", "digitalocean:index:Firewall: shop"],
    ]);

    await stack.setConfig({ sha256: sha256 ?? "", operator: "198.51.100.7/32" });
    const allowed = await stack.preview("--policy-pack", pack);
    expect(allowed).toMatchObject({ code: 0, stdout: expect.stringContaining("fleets@v1.0.0") as unknown });
    expect(allowed.stdout).not.toMatch(/mandatory|advisory/);
  });
} else {
  console.warn(`Skipped: examples/policy is run where npm can install its packages. ${installed.stderr}`);
  test.todo("examples/policy is run where npm can install its packages");
}
