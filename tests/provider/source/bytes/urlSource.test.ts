import { readFileSync } from "node:fs";
import { ReadableStream } from "node:stream/web";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { askSource } from "../../../../provider/source/bytes/askSource";
import { SourceUnreadable } from "../../../../provider/source/bytes/openedSource";
import { inspectFile, inspectUrl, type InspectionResult } from "../../../../provider/source/inspect/inspectSource";
import { serveImage, type ImageServer, type ServerManners } from "../inspect/imageServer";
import { VirtualClock } from "../../../helpers/virtualClock";
import { describeWith, noise, overwrite, run, Workshop } from "../inspect/images";

const bytesPerMib = 1024 * 1024;
const workshop = new Workshop();
afterAll(() => workshop.clean());

const send = (request: Request) => fetch(request);

/** What nobody holds is gone afterwards, as it is after a while of waiting. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

async function served<T>(file: string, manners: ServerManners, use: (server: ImageServer) => Promise<T>): Promise<T> {
  const server = await serveImage(file, manners);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

function inspectServed(file: string, manners: ServerManners = {}): Promise<InspectionResult & { requests: readonly string[] }> {
  return served(file, manners, async ({ url, requests }) => ({ ...(await inspectUrl(url, { send })), requests }));
}

describeWith(["qemu-img", "qemu-io", "sfdisk", "mke2fs", "gzip"], "inspecting a URL", () => {
  test("finds in a URL what it finds in the file, but does not look into the file system", async () => {
    const image = workshop.convert(workshop.goodDisk(), "same.qcow2", "qcow2");
    const { inspection } = await inspectServed(image);
    expect(inspection).toEqual({ ...(await inspectFile(image)).inspection, contents: { cloudInit: null, sshd: null } });
  });

  test("reads a few places of a disk of 20 GB, each once", async () => {
    const image = workshop.convert(workshop.goodDisk(), "big.qcow2", "qcow2");
    run("qemu-img", ["resize", "-q", image, "20G"]);
    run("qemu-io", ["-f", "qcow2", "-c", "write -P 9 100M 30M", "-c", "write -P 9 19G 1M", image]);
    const { inspection, bytesRead, requests } = await inspectServed(image);
    expect([inspection.virtualSizeBytes, inspection.filesystems, inspection.findings]).toEqual([20 * 1024 * bytesPerMib, ["ext4"], []]);
    expect(bytesRead).toBeLessThanOrEqual(bytesPerMib);
    expect(requests[0]).toBe("HEAD");
    expect(requests.length).toBeLessThanOrEqual(12);
    expect(new Set(requests).size).toBe(requests.length);
  });

  test("reads the beginning of a compressed disk", async () => {
    const disk = overwrite(workshop.goodDisk("long.raw"), 12 * bytesPerMib, noise(8 * bytesPerMib));
    const { inspection, bytesRead } = await inspectServed(workshop.compress("gzip", disk, "long.raw.gz"));
    expect([inspection.compression, inspection.virtualSizeBytes, inspection.filesystems]).toEqual(["gzip", null, ["ext4"]]);
    expect(bytesRead).toBeLessThanOrEqual(bytesPerMib);
  });

  test("never receives more than 4 MiB, and says what it could not see", async () => {
    const disk = workshop.disk("noise.raw", 24, "dos", [
      { startMib: 1, mib: 4, type: "83" },
      { startMib: 16, mib: 4, type: "83", holds: workshop.fileSystem("ext4", 4) },
    ]);
    const packed = workshop.compress("gzip", overwrite(disk, 2 * bytesPerMib, noise(13 * bytesPerMib)), "noise.raw.gz");
    const { inspection, bytesRead } = await inspectServed(packed);
    expect(bytesRead).toBeLessThanOrEqual(4 * bytesPerMib);
    expect([inspection.partitionTable, inspection.filesystems]).toEqual(["mbr", []]);
    expect(inspection.findings.map(({ code }) => code)).toEqual(["file-system-unknown", "disk-size-unknown"]);
  });

  test("reads one GET from its beginning where the server has no ranges", async () => {
    const { inspection, requests } = await inspectServed(workshop.convert(workshop.goodDisk(), "norange.qcow2", "qcow2"), {
      ranges: false,
    });
    expect([inspection.format, inspection.filesystems]).toEqual(["qcow2", ["ext4"]]);
    expect(requests).toEqual(["HEAD", "GET 0-65535"]);
  });

  test("never receives more than 4 MiB of one GET either", async () => {
    const disk = workshop.disk("rim.raw", 24, "dos", [{ startMib: 1, mib: 8, type: "83" }]);
    // It begins so far in that the last place where a file system shows is the last one within the limit.
    const bytes = readFileSync(overwrite(overwrite(disk, 4096, noise(20 * bytesPerMib)), 446 + 8, Buffer.from([0x7d, 0x1f, 0, 0])));
    function* pieces(): Generator<Buffer> {
      for (let at = 0; at < bytes.length; at += 60_000) yield bytes.subarray(at, at + 60_000);
    }
    const answer = ({ method }: Request) => new Response(method === "HEAD" ? null : ReadableStream.from(pieces()));
    const { bytesRead } = await inspectUrl("https://images.example.com/rim.raw", { send: (request) => Promise.resolve(answer(request)) });
    expect(bytesRead).toBeLessThanOrEqual(4 * bytesPerMib);
  });

  test("does not need to be told the length", async () => {
    const image = workshop.convert(workshop.goodDisk(), "nolength.qcow2", "qcow2");
    for (const ranges of [true, false]) {
      const { inspection } = await inspectServed(image, { ranges, length: false });
      expect(inspection.filesystems).toEqual(["ext4"]);
    }
  });

  test("believes the answer to GET where HEAD says another length", async () => {
    const image = workshop.convert(workshop.goodDisk(), "twolengths.qcow2", "qcow2");
    for (const ranges of [true, false]) {
      expect((await inspectServed(image, { ranges, headLength: 12_345 })).inspection.findings).toEqual([]);
    }
  });

  test("reads what a server packs unasked from its beginning, and takes no length from it", async () => {
    const image = workshop.convert(workshop.goodDisk(), "packed.qcow2", "qcow2");
    const { inspection } = await inspectServed(image, { packs: true });
    expect([inspection.format, inspection.compression, inspection.filesystems, inspection.findings.map(({ code }) => code)]).toEqual([
      ...["qcow2", null, ["ext4"]],
      ["ranges-missing"],
    ]);
  });

  test("reads one GET from its beginning where the server answers less of a range than was asked for", async () => {
    const { inspection, requests } = await inspectServed(workshop.convert(workshop.goodDisk(), "less.qcow2", "qcow2"), {
      rangeBytes: 10_000,
    });
    expect([inspection.filesystems, inspection.findings]).toEqual([["ext4"], []]);
    expect(requests).toEqual(["HEAD", "GET 0-65535", "GET"]);
  });

  test("sends the headers that it is given", async () => {
    const image = workshop.convert(workshop.goodDisk(), "headers.qcow2", "qcow2");
    const seen: (string | null)[] = [];
    await served(image, {}, ({ url }) =>
      inspectUrl(url, {
        headers: { authorization: "Basic eDp5" },
        send(request) {
          seen.push(request.headers.get("authorization"));
          return fetch(request);
        },
      }),
    );
    expect(new Set(seen)).toEqual(new Set(["Basic eDp5"]));
  });
});

describe("a URL that cannot be read", () => {
  const small = () => workshop.write("small.raw", Buffer.alloc(1024));

  test("is an empty file where the server has nothing to give", async () => {
    const { inspection } = await inspectServed(workshop.write("empty", ""));
    expect(inspection.findings.map(({ code }) => code)).toEqual(["file-empty"]);
  });

  test.each(["HEAD", "GET"] as const)("says that an answer to %s that stays may pass", async (method) => {
    const result = inspectServed(small(), method === "HEAD" ? { headStatus: 503 } : { getStatus: 503 });
    await expect(result).rejects.toThrow(
      new SourceUnreadable(
        `The image's server answered ${method} with status 503, also when it was asked again: that may pass, so run the same command later.`,
      ),
    );
  });

  test("says that the URL redirects in a loop", async () => {
    const loop = (request: Request) => Promise.resolve(new Response(null, { status: 302, headers: { location: request.url } }));
    const result = inspectUrl("https://images.example.com/web.img", { send: askSource({ send: loop, clock: new VirtualClock() }) });
    await expect(result).rejects.toThrow(new SourceUnreadable("The image's URL redirects in a loop: check it."));
  });

  test("says that a redirect was followed, also by hand", async () => {
    await served(workshop.write("page.html", "<html>"), { redirects: true }, async ({ url }) => {
      const { inspection } = await inspectUrl(url, { send: askSource({ send, clock: new VirtualClock() }) });
      expect(inspection.findings.map(({ code }) => code)).toEqual(["text-refused", "redirected"]);
    });
  });

  test.each([403, 404])("says that the server answered %i, in one sentence without the URL", async (status) => {
    const result = inspectServed(small(), { headStatus: status, getStatus: status });
    await expect(result).rejects.toThrow(
      new SourceUnreadable(`The image's server answered GET with status ${status}: check that the URL is public and still valid.`),
    );
  });

  test("says that nothing listens there", async () => {
    const url = await served(small(), {}, ({ url: closed }) => Promise.resolve(closed));
    await expect(inspectUrl(url, { send })).rejects.toThrow(
      new SourceUnreadable("The image's server could not be reached (ECONNREFUSED): check the URL and the network."),
    );
  });

  test.each(["ftp://images.example.com/web.img", "web.img", "https://"])("refuses %s", async (url) => {
    await expect(inspectUrl(url, { send })).rejects.toThrow(
      new SourceUnreadable("The image's URL must begin with http:// or https:// to be inspected."),
    );
  });

  test("refuses a URL with a user name, which no request may hold, without repeating it", async () => {
    await expect(inspectUrl("https://me:secret@images.example.com/web.img", { send })).rejects.toThrow(
      new SourceUnreadable("The image's URL must hold no user name or password to be inspected: give them as a header."),
    );
  });

  test.each(["HEAD", "GET"] as const)(
    "stops waiting for %s when the signal says so, also after garbage was collected",
    async (silentTo) => {
      const stopping = new AbortController();
      await served(small(), { silentTo }, async ({ url, unanswered }) => {
        const refused = expect(inspectUrl(url, { send, signal: stopping.signal })).rejects.toThrow("stopped");
        await unanswered;
        collectGarbage();
        stopping.abort(new Error("stopped"));
        await refused;
      });
    },
  );

  test("stops with the signal's reason", async () => {
    const reason = new Error("stopped");
    const stopped = AbortSignal.abort(reason);
    await served(small(), {}, ({ url }) => expect(inspectUrl(url, { send, signal: stopped })).rejects.toBe(reason));
  });
});
