import { execFileSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const bytesPerMib = 1024 * 1024;
const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];

/** `describe` where the tools are installed; where not, the tests are skipped and the run says which tool is missing. */
export function describeWith(tools: readonly string[], title: string, tests: () => void): void {
  const missing = tools.filter((tool) => !folders.some((folder) => existsSync(path.join(folder, tool))));
  if (missing.length === 0) describe(title, tests);
  else {
    process.stderr.write(`SKIPPED "${title}": ${missing.join(", ")} not installed\n`);
    describe.skip(`${title} (${missing.join(", ")} not installed)`, tests);
  }
}

export function run(tool: string, args: readonly string[], input?: string | Buffer): Buffer {
  const env = { ...process.env, PATH: folders.join(":") };
  return execFileSync(tool, args, {
    env,
    ...(input !== undefined && { input }),
    maxBuffer: 512 * bytesPerMib,
    stdio: ["pipe", "pipe", "ignore"],
  });
}

export interface PartitionPlan {
  readonly startMib: number;
  readonly mib: number;
  /** As sfdisk calls it: `83`, `L`, `uefi`, a GUID. */
  readonly type: string;
  readonly attributes?: string;
  /** The file that holds its file system. */
  readonly holds?: string;
}

/** Real images, made by the usual tools in a folder of their own. */
export class Workshop {
  readonly folder = mkdtempSync(path.join(tmpdir(), "imagefleet-inspect-"));
  #fileSystems = 0;
  #good: string | undefined;

  clean(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, bytes: Buffer | string): string {
    writeFileSync(this.at(name), bytes);
    return this.at(name);
  }

  blank(name: string, mib: number): string {
    writeFileSync(this.at(name), "");
    truncateSync(this.at(name), mib * bytesPerMib);
    return this.at(name);
  }

  /** A file system in a file: `ext4`, `xfs`, `btrfs`, `vfat`, `swap`; `files` are put into ext ones, `name -> target` as a link, `name = content` as a file that holds it. */
  fileSystem(kind: string, mib: number, files: readonly string[] = [], options: readonly string[] = []): string {
    const name = this.blank(`${kind}-${this.#fileSystems++}.fs`, mib);
    if (!kind.startsWith("ext")) {
      run(kind === "swap" ? "mkswap" : `mkfs.${kind}`, [...options, name]);
      return name;
    }
    const root = this.at(`${path.basename(name)}.root`);
    mkdirSync(root, { recursive: true });
    for (const file of files) {
      const [entry = "", content = ""] = file.split(" = ");
      const [at = "", target] = entry.split(" -> ");
      mkdirSync(path.join(root, path.dirname(at)), { recursive: true });
      if (target === undefined) writeFileSync(path.join(root, at), content);
      else symlinkSync(target, path.join(root, at));
    }
    run("mke2fs", ["-q", "-F", "-t", kind, ...options, "-d", root, name]);
    return name;
  }

  /** A raw disk with a partition table by sfdisk (`header`: more lines of its own) and, where asked for, boot code in its first sector. */
  disk(name: string, mib: number, label: "dos" | "gpt", plans: readonly PartitionPlan[], bootCode = true, header = ""): string {
    const disk = this.blank(name, mib);
    const lines = plans.map(
      ({ startMib, mib: size, type, attributes }) =>
        `start=${startMib * 2048}, size=${size * 2048}, type=${type}${attributes === undefined ? "" : `, attrs="${attributes}"`}`,
    );
    run("sfdisk", ["-q", disk], `label: ${label}\n${header}\n${lines.join("\n")}\n`);
    for (const { startMib, holds } of plans) {
      if (holds !== undefined) run("dd", [`if=${holds}`, `of=${disk}`, "bs=1M", `seek=${startMib}`, "conv=notrunc,sparse"]);
    }
    if (bootCode) overwrite(disk, 0, Buffer.from("fa31c08ed8f4ebfd", "hex"));
    return disk;
  }

  /** A disk of 24 MiB as DigitalOcean wants it: MBR, boot code, one ext4 with cloud-init and sshd. */
  goodDisk(name = "good.raw"): string {
    if (this.#good === undefined) {
      const root = this.fileSystem("ext4", 20, ["etc/hostname", "usr/bin/cloud-init", "usr/sbin/sshd"]);
      this.#good = this.disk("good.disk", 24, "dos", [{ startMib: 1, mib: 20, type: "83", holds: root }]);
    }
    copyFileSync(this.#good, this.at(name));
    return this.at(name);
  }

  convert(source: string, name: string, format: string, ...options: readonly string[]): string {
    run("qemu-img", ["convert", "-f", "raw", "-O", format, ...options, source, this.at(name)]);
    return this.at(name);
  }

  create(name: string, format: string, size: string, ...options: readonly string[]): string {
    run("qemu-img", ["create", "-q", "-f", format, ...options, this.at(name), size]);
    return this.at(name);
  }

  /** The first `bytes` of a file. */
  cut(source: string, name: string, bytes: number): string {
    return this.write(name, readFileSync(source).subarray(0, bytes));
  }

  compress(tool: "gzip" | "bzip2" | "xz" | "zstd", source: string, name: string): string {
    return this.write(name, run(tool, ["-c", "-q", "-1", source]));
  }
}

export function overwrite(file: string, offset: number, bytes: Buffer): string {
  const handle = openSync(file, "r+");
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
  return file;
}

/** Moves the header of a streamOptimized VMDK to its end, where VMware writes it. */
export function withFooter(file: string): string {
  const image = readFileSync(file);
  const marker = Buffer.alloc(512);
  marker.writeUInt32LE(1, 0);
  marker.writeUInt32LE(3, 12);
  writeFileSync(file, Buffer.concat([image, marker, image.subarray(0, 512), Buffer.alloc(512)]));
  return overwrite(file, 56, Buffer.alloc(8, 0xff));
}

/** What qemu-img says of a file. */
export function qemuInfo(file: string): { format: string; "virtual-size": number } {
  return JSON.parse(run("qemu-img", ["info", "--output=json", file]).toString()) as { format: string; "virtual-size": number };
}

/** A zip of one stored file, for there is no tool that is installed everywhere. */
export function zipOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.write("PK\x03\x04", 0, "latin1");
  header.writeUInt32LE(content.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), content]);
}

/** Bytes that no compression makes smaller, the same in each run. */
export function noise(length: number): Buffer {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
}
