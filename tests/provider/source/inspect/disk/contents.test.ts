import { inspectFile } from "../../../../../provider/source/inspect/inspectSource";
import type { Contents } from "../../../../../provider/source/inspect/disk/contents";
import { describeWith, Workshop } from "../images";

const workshop = new Workshop();
afterAll(() => workshop.clean());

async function contentsOf(files: readonly string[], kind = "ext4", options: readonly string[] = []): Promise<Contents> {
  return (await inspectFile(workshop.fileSystem(kind, 16, files, options))).inspection.contents;
}

/** So many that the directory takes several blocks and, where the file system can, an index. */
const crowd = Array.from({ length: 900 }, (_, index) => `usr/bin/program-with-a-long-name-${index}`);

describeWith(["mke2fs"], "what the root file system holds", () => {
  const layouts: readonly (readonly [string, string, readonly string[]])[] = [
    ["ext4", "ext4", []],
    ["ext4 of blocks of 1 KiB", "ext4", ["-b", "1024"]],
    ["ext4 without 64bit", "ext4", ["-O", "^64bit"]],
    ["ext4 with large inodes", "ext4", ["-I", "512"]],
    ["ext3, which maps blocks one by one", "ext3", ["-b", "1024"]],
    ["ext2", "ext2", []],
  ];
  for (const [name, kind, options] of layouts) {
    test(`is found in ${name}, in directories of any size`, async () => {
      expect(await contentsOf(["etc/hostname", ...crowd, "usr/bin/cloud-init", "usr/sbin/sshd"], kind, options)).toEqual({
        cloudInit: true,
        sshd: true,
      });
      expect(await contentsOf(["etc/hostname", ...crowd], kind, options)).toEqual({ cloudInit: false, sshd: false });
    });
  }

  test.each([
    "etc/cloud/cloud.cfg",
    "usr/bin/coreos-cloudinit",
    "usr/bin/cloudbase-init",
    "usr/lib/dracut/modules.d/30ignition/module-setup.sh",
  ])("takes %s for a first-boot agent", async (agent) => {
    expect(await contentsOf(["etc/hostname", "usr/bin/true", agent])).toEqual({ cloudInit: true, sshd: false });
  });

  test("is found behind symbolic links, from the root and from where they lie", async () => {
    const merged = ["etc/hostname", "bin -> usr/bin", "sbin -> /usr/sbin", "usr/sbin -> bin", "usr/bin/sshd"];
    expect(await contentsOf([...merged, "etc/cloud -> ../opt/cloud", "opt/cloud/cloud.cfg"])).toEqual({ cloudInit: true, sshd: true });
    expect(await contentsOf(["etc -> real/etc", "real/etc/cloud/cloud.cfg", "usr -> /real/usr", "real/usr/bin/sshd"])).toEqual({
      cloudInit: true,
      sshd: true,
    });
    expect(await contentsOf(["etc/cloud -> ../etc/cloud", "usr/bin/true"])).toEqual({ cloudInit: false, sshd: false });
  });

  test("is not told of a root whose programs lie in another file system", async () => {
    expect(await contentsOf(["etc/hostname", "bin -> usr/bin", "usr/share -> nowhere"])).toEqual({ cloudInit: null, sshd: null });
  });

  test("takes dropbear for an SSH server", async () => {
    expect(await contentsOf(["etc/hostname", "usr/bin/true", "usr/sbin/dropbear"])).toEqual({ cloudInit: false, sshd: true });
  });

  test("is not told of a system that keeps its programs in a store", async () => {
    expect(await contentsOf(["etc/hostname", "usr/bin/env", "nix/store/abc-openssh/bin/sshd"])).toEqual({ cloudInit: null, sshd: null });
    expect(await contentsOf(["ostree/deploy/fedora/var", "etc/hostname", "usr/bin/true"])).toEqual({ cloudInit: null, sshd: null });
  });

  test("is not told of a file system that is no root", async () => {
    expect(await contentsOf(["vmlinuz", "grub/grub.cfg"])).toEqual({ cloudInit: null, sshd: null });
  });

  test("is not told where a directory lies inside its inode", async () => {
    expect(await contentsOf(["etc/hostname", "usr/sbin/sshd"], "ext4", ["-O", "inline_data"])).toEqual({ cloudInit: null, sshd: null });
  });

  test("is not looked for behind compression", async () => {
    const root = workshop.fileSystem("ext4", 16, ["etc/hostname", "usr/sbin/sshd"]);
    expect((await inspectFile(workshop.compress("gzip", root, "root.gz"))).inspection.contents).toEqual({ cloudInit: null, sshd: null });
  });
});
