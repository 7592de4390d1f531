import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { answersOf, nothing } from "./account";
import { useService } from "./service";

test("examples/minimal runs as it stands: five lines from an image to three Droplets that serve", async () => {
  const { stack, emulator, image, sshKeys, account } = await useService({ program: "examples/minimal" });
  const { url } = await image("1.4.2");
  const readme = readFileSync(path.resolve(__dirname, "../../examples/minimal/README.md"), "utf8");
  const commands = [...readme.matchAll(/^pulumi (config set .*)$/gm)].map(([, command = ""]) => command);
  expect(commands).toHaveLength(2);
  for (const command of commands) {
    // As it stands there, but for what the emulator has: its own address, and a key of its own number.
    const here = command.replace(/https:\S+/, url).replace("512189", sshKeys[0] ?? "");
    expect(await stack.start(...words(here)).ended).toMatchObject({ code: 0 });
  }

  const up = await stack.up();

  expect(up).toMatchObject({ code: 0, stderr: "" });
  const { images, droplets } = await account();
  expect(images).toMatchObject([{ regions: ["nyc3", "ams3"] }]);
  expect(droplets).toMatchObject([0, 1, 2].map(() => ({ region: "ams3", image: images[0]?.id, serving: true })));
  expect(await answersOf((await stack.outputs()).addresses)).toEqual([200, 200, 200]);
  const asked = (await emulator.requests()).length;
  expect(await stack.up("--expect-no-changes")).toMatchObject({ code: 0 });
  expect(await emulator.requests()).toHaveLength(asked);
  await stack.setConfig({ "minimal:sshKeys": sshKeys });
  expect(await stack.up("--expect-no-changes")).toMatchObject({ code: 0 });
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(await account()).toEqual(nothing);
}, 120_000);

/** A command line as a shell takes it apart. */
function words(line: string): readonly string[] {
  return execFileSync("bash", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}
