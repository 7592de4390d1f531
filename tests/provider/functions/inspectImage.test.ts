import { inspectImage } from "../../../provider/functions/inspectImage";
import type { ProviderContext } from "../../../provider/providerContext";
import { serveImage } from "../source/inspect/imageServer";
import { describeWith, Workshop } from "../source/inspect/images";

const workshop = new Workshop();
afterAll(() => workshop.clean());

/** The function takes nothing else of its context. */
const clock = {
  now: () => 0,
  sleep: (_: number, signal: AbortSignal) => new Promise((_, reject) => signal.addEventListener("abort", reject)),
};
const context = { world: { clock, send: (request: Request) => fetch(request) } } as unknown as ProviderContext;
const { signal } = new AbortController();

describeWith(["qemu-img", "sfdisk", "mke2fs"], "the function inspectImage", () => {
  test("answers for a file, and leaves out what can't be known", async () => {
    const root = workshop.fileSystem("ext4", 8, ["boot/vmlinuz"]);
    const { findings, ...rest } = await inspectImage.invoke({ path: root }, context, signal);
    expect(rest).toEqual({
      acceptable: false,
      format: "raw",
      virtualSizeBytes: 8 * 1024 * 1024,
      partitionTable: "none",
      bootMode: "unknown",
      filesystems: ["ext4"],
      contents: {},
    });
    expect(findings.map(({ code }) => code)).toEqual(["partition-table-missing"]);
  });

  test("reads a URL through the context's world", async () => {
    const server = await serveImage(workshop.convert(workshop.goodDisk(), "good.qcow2", "qcow2"));
    const { format, acceptable } = await inspectImage.invoke({ url: server.url }, context, signal);
    await server.close();
    expect([format, acceptable, server.requests[0]]).toEqual(["qcow2", true, "HEAD"]);
  });
});

test("gives up on a server that never answers", async () => {
  const clock = { sleep: () => Promise.resolve() };
  const silent = { world: { clock, send: () => new Promise<Response>(() => undefined) } } as unknown as ProviderContext;
  await expect(inspectImage.invoke({ url: "https://images.example.com/a.img" }, silent, signal)).rejects.toThrow(
    "The image's server is too slow: nothing came back within 60 s.",
  );
});

test.each([{}, { url: "https://images.example.com/a.img", path: "a.img" }])("asks for one of url and path, given %j", async (inputs) => {
  await expect(inspectImage.invoke(inputs, context, signal)).rejects.toThrow(
    new Error("`inspectImage` must be given either `url` or `path`: name the one image to inspect."),
  );
});
