import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { useService, type Service } from "../helpers/service";

const command = path.resolve(__dirname, "../../../bin/imagefleet");

function report(events: string): string {
  return execFileSync(command, ["report", "--markdown", "-"], { input: events, encoding: "utf8" });
}

const regions = ["nyc3", "ams3"];
let service: Service;
let first: Awaited<ReturnType<Service["image"]>>;

beforeAll(async () => {
  service = await useService();
  first = await service.image("one");
});

test("a preview and the run that follows it are told from what `--json` prints", async () => {
  const { stack, want } = service;
  await want({ source: first, regions, droplets: { nyc3: 2 } });
  const planned = report((await stack.preview("--json")).stdout);
  expect(planned).toContain("| Planned | 4 |");
  expect(planned).toContain("Run \\`pulumi up\\` to make 4 changes.");
  expect(planned).toContain("| Fleet web-nyc3 | Droplets | 2 × s-1vcpu-1gb in nyc3 |");

  const made = report((await stack.up("--json")).stdout);
  expect(made).toMatch(/\| Succeeded \| \d+ s \| 4 \| \d+ \| \$12\.00 a month \|/);
  expect(made).toMatch(/### CustomImage web\n\n\| What \| How it went \|\n\| --- \| --- \|\n\| Import to nyc3 \| (\d+|under 1) s \|/);
  expect(made).toMatch(/\| Copy to ams3 \| (\d+|under 1) s \|/);
  expect(made).toMatch(/\| — 0: web-nyc3-0-[0-9a-f]{4} \| serving \|\n\| — 1: web-nyc3-1-[0-9a-f]{4} \| serving \|/);
  expect(made).not.toContain("Left to do");
});

test("a rollout that fails is told with each Droplet, its cause and what is left to do", async () => {
  const { stack, want, image, emulator } = service;
  const silent = await image("silent");
  await emulator.call("POST", "/_emulator/workloads", { sha256: silent.sha256, listen: [] });
  await want({ source: silent, regions, droplets: { nyc3: 2 }, deadlineSeconds: 1 });
  const { code, stdout } = await stack.update("--json");
  expect(code).not.toBe(0);
  const failed = report(stdout);
  expect(failed).toContain("| Failed |");
  expect(failed).toContain("- Failed: Fleet web-nyc3. Remove the cause that is given with it");
  expect(failed.match(/\| — 0: web-nyc3-0-[0-9a-f]{4} \| Droplet web-nyc3-0-.* failed its gate .*ECONNREFUSED/g)).toHaveLength(2);
  expect(failed).toContain("Rolled back: 2 of 2 Droplets serve image");
});

test("a run that was killed, and the one that goes on, are told from the engine's event log", async () => {
  const { stack, want, image, folder, writes, untilWritten } = service;
  const log = path.join(folder, "events");
  stack.setEnv({ PULUMI_DEBUG_COMMANDS: "true" });
  await want({ source: await image("three"), regions, droplets: { nyc3: 2 } });
  const imports = (await writes()).filter((write) => write === "POST /v2/images").length;
  const running = stack.start("up", "--yes", "--skip-preview", "--event-log", log);
  await untilWritten(running, "POST /v2/images", imports + 1);
  running.kill("SIGKILL");
  await running.ended;
  const killed = report(readFileSync(log, "utf8"));
  expect(killed).toContain("| Interrupted |");
  expect(killed).toContain("run \\`pulumi cancel\\`; then run \\`pulumi up\\` again");
  expect(killed).toContain("- Not ended: ImageImport web.");

  await stack.cancel();
  expect(await stack.update("--event-log", log)).toSucceed();
  const ended = report(readFileSync(log, "utf8"));
  expect(ended).toMatch(/\| Succeeded \| .*\| \$12\.00 a month \|/);
  expect(ended.match(/\| — \d: web-nyc3-\d-[0-9a-f]{4} \| (deleted|serving) \|/g)).toHaveLength(4);
  expect(ended).not.toContain("Left to do");
});
