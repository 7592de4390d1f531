import { readdirSync, readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { stateOf } from "../helpers/outcome";
import { useService } from "../helpers/service";

const importType = "POST /v2/images";

/** A process and all that it started, as a service manager knows them. */
function withDescendants(pid: number): readonly number[] {
  const parents = readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) }];
    } catch {
      return [];
    }
  });
  const below = (above: number): readonly number[] => [
    above,
    ...parents.filter(({ parent }) => parent === above).flatMap((child) => below(child.pid)),
  ];
  return below(pid);
}

test("keeps the image of an import whose engine and plugins get SIGTERM, and goes on with it", async () => {
  const { stack, emulator, image, want, writes, untilWritten, account } = await useService();
  await emulator.control("options", { importSeconds: 3_600 });
  await want({ source: await image("1.0.0"), regions: ["nyc3"] });
  const up = stack.start("up", "--yes", "--skip-preview");
  await untilWritten(up, importType);
  await up.waitForOutput(/importing image/);
  for (const pid of withDescendants(up.pid)) process.kill(pid, "SIGTERM");
  const { stdout, stderr } = await up.ended;
  expect(`${stdout}${stderr}`).not.toContain("exited prematurely");

  const [begun] = (await account()).images;
  expect(await stateOf(stack)).toMatchObject({ "ImageImport web": { id: begun?.id, initErrors: [expect.stringContaining("goes on")] } });
  await emulator.control("clock", { advanceSeconds: 3_600 });
  expect(await stack.up()).toSucceed();
  expect((await writes()).filter((write) => write === importType)).toHaveLength(1);
});

test("works attached to an engine by PULUMI_DEBUG_PROVIDERS, and ends when it is told to", async () => {
  const { stack, emulator, image, want } = await useService();
  const plugin = spawn(path.resolve(__dirname, "../../../bin/pulumi-resource-imagefleet"), [], {
    env: { PATH: process.env["PATH"], DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url },
  });
  try {
    const [port] = (await once(plugin.stdout.setEncoding("utf8"), "data")) as [string];
    stack.setEnv({ PULUMI_DEBUG_PROVIDERS: `imagefleet:${port.trim()}` });
    await emulator.control("options", { importSeconds: 3 });
    await want({ source: await image("1.0.0"), regions: ["nyc3"] });
    const up = stack.start("up", "--yes", "--skip-preview");
    await up.waitForOutput(/importing image/);
    expect(await up.ended).toSucceed();
    expect(await stack.up("--expect-no-changes")).toSucceed();
    plugin.kill("SIGTERM");
    expect(await once(plugin, "exit")).toEqual([0, null]);
  } finally {
    plugin.kill("SIGKILL");
  }
});
