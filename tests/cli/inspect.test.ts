import { execFile } from "node:child_process";
import path from "node:path";

import { inspectFile } from "../../provider/source/inspect/inspectSource";
import { serveImage } from "../provider/source/inspect/imageServer";
import { describeWith, noise, overwrite, run, Workshop } from "../provider/source/inspect/images";

const executable = path.resolve(__dirname, "../../bin/imagefleet");
const workshop = new Workshop();
afterAll(() => workshop.clean());

function imagefleetInspect(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [executable, "inspect", ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describeWith(["qemu-img", "sfdisk", "mke2fs", "xz"], "imagefleet inspect", () => {
  test("prints one JSON object and ends with 0 for an image that is acceptable", async () => {
    const image = workshop.convert(workshop.goodDisk(), "good.qcow2", "qcow2");
    const { code, stdout, stderr } = await imagefleetInspect(image, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({
      format: "qcow2",
      compression: null,
      virtualSizeBytes: 25_165_824,
      partitionTable: "mbr",
      bootMode: "bios",
      filesystems: ["ext4"],
      contents: { cloudInit: true, sshd: true },
      findings: [],
      acceptable: true,
    });
  });

  test("ends with 1 for an image that is not, and says each finding with its remedy and source", async () => {
    const root = workshop.fileSystem("ext4", 8, ["etc/hostname", "usr/sbin/sshd", "usr/bin/cloud-init"]);
    const { code, stdout } = await imagefleetInspect("--json", root);
    const { findings, acceptable } = JSON.parse(stdout) as { findings: object[]; acceptable: boolean };
    expect([code, acceptable, findings]).toEqual([1, false, (await inspectFile(root)).inspection.findings]);
    expect(findings.map((finding) => Object.keys(finding))).toEqual([["code", "severity", "message", "remedy", "source"]]);
  });

  test("takes an error for a warning where it is told to, and ends with 0", async () => {
    const text = workshop.write("readme.img", "no disk");
    const { code, stdout } = await imagefleetInspect("--json", "--accept", "text-refused", text);
    const { findings } = JSON.parse(stdout) as { findings: readonly { severity: string; message: string }[] };
    expect([code, findings.map(({ severity, message }) => [severity, message])]).toEqual([
      0,
      [["warning", "The file is a text file, not a disk image. `--accept` accepts it."]],
    ]);
    expect(await imagefleetInspect("--accept", "text-refuse", text)).toEqual({
      code: 2,
      stdout: "",
      stderr: "`--accept` must be the code of a finding, such as `text-refused`, got `text-refuse`.\n",
    });
  });

  test("answers for a VHDX that ends before what its metadata table names", async () => {
    const image = workshop.convert(workshop.goodDisk(), "good.vhdx", "vhdx");
    const { code, stdout, stderr } = await imagefleetInspect("--json", workshop.cut(image, "cut.vhdx", 0x310000));
    const { findings } = JSON.parse(stdout) as { findings: readonly { code: string }[] };
    expect([code, stderr, findings.map((finding) => finding.code)]).toEqual([1, "", ["file-truncated"]]);
  });

  test("answers for xz of which it reads only the beginning while the rest comes", async () => {
    const disk = workshop.disk("long.raw", 400, "dos", [{ startMib: 1, mib: 8, type: "83", holds: workshop.fileSystem("ext4", 8) }]);
    const packed = workshop.compress("xz", overwrite(disk, 8 * 1024 * 1024, noise(300 * 1024)), "long.xz");
    const { code, stdout, stderr } = await imagefleetInspect("--json", packed);
    const { virtualSizeBytes, filesystems } = JSON.parse(stdout) as { virtualSizeBytes: number; filesystems: readonly string[] };
    expect([code, stderr, virtualSizeBytes, filesystems]).toEqual([1, "", 400 * 1024 * 1024, ["ext4"]]);
  });

  test("reads a URL, and prints a table for a person", async () => {
    const server = await serveImage(workshop.compress("gzip", workshop.goodDisk(), "good.raw.gz"));
    const { code, stdout } = await imagefleetInspect(server.url);
    await server.close();
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        "format            raw, compressed with gzip",
        "virtual size      0.03 GB (25165824 bytes)",
        "partition table   mbr",
        "boot mode         bios",
        "file systems      ext4",
        "first-boot agent  unknown",
        "sshd              unknown",
        "acceptable        yes",
        "",
      ].join("\n"),
    );
  });
});

test("ends with 2 for a pipe, and does not wait for a writer", async () => {
  run("mkfifo", [workshop.at("pipe")]);
  expect(await imagefleetInspect(workshop.at("pipe"))).toEqual({
    code: 2,
    stdout: "",
    stderr: `\`path\` must be a file, but \`${workshop.at("pipe")}\` is not one. Give the image file itself.\n`,
  });
});

test("ends with 2 and one sentence for what cannot be read", async () => {
  const missing = workshop.at("missing.raw");
  const ftp = "ftp://images.example.com/web.img";
  expect(await imagefleetInspect(missing)).toEqual({
    code: 2,
    stdout: "",
    stderr: `\`path\` must be a file that can be read, got \`${missing}\`, which does not exist.\n`,
  });
  expect(await imagefleetInspect(ftp, "--json")).toEqual({
    code: 2,
    stdout: "",
    stderr: "The image's URL must begin with http:// or https:// to be inspected.\n",
  });
  expect((await imagefleetInspect(workshop.folder)).code).toBe(2);
  expect((await imagefleetInspect()).code).toBe(2);
});
