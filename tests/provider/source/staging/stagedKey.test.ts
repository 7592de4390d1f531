import { extensionOf, isOf, newKey, prefixOf } from "../../../../provider/source/staging/stagedKey";

const randomBytes = (count: number): Buffer => Buffer.alloc(count, 0xab);
const secret = "ab".repeat(16);

describe("The key of a staged object", () => {
  it("holds the import, the digest where it is known, 128 random bits, and ends in the extension", () => {
    expect(newKey("imagefleet:import:c0ffee", "d1", ".qcow2", randomBytes)).toBe(`imagefleet/imagefleet-import-c0ffee/d1-${secret}.qcow2`);
    expect(newKey("imagefleet:import:c0ffee", undefined, ".img", randomBytes)).toBe(`imagefleet/imagefleet-import-c0ffee/${secret}.img`);
  });

  it("is told from those of other imports and other bits", () => {
    const key = newKey("a:b", "d1", ".img", randomBytes);
    expect(key.startsWith(prefixOf("a:b"))).toBe(true);
    expect(key.startsWith(prefixOf("a"))).toBe(false);
    expect([isOf(key, "d1"), isOf(key, "d"), isOf(key, "d2")]).toEqual([true, false, false]);
  });

  it.each([
    ["web.qcow2", undefined, ".qcow2"],
    ["WEB.RAW", undefined, ".raw"],
    ["web-1.4.2.img", undefined, ".img"],
    ["web", undefined, ".img"],
    ["web-1.4", undefined, ".img"],
    ["web.qcow2.gz", "gzip", ".qcow2.gz"],
    ["web.raw.xz", "gzip", ".raw.gz"],
    ["web.zst", "gzip", ".gz"],
    ["web.vmdk", "bzip2", ".vmdk.bz2"],
    ["/images/web.vhdx.gz", undefined, ".vhdx"],
  ] as const)("ends for %s, compressed with %s, in %s", (name, compression, extension) => {
    expect(extensionOf(name, compression)).toBe(extension);
  });
});
