import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { unknownValue } from "../../../../provider/host/property";
import { imageImport } from "../../../../provider/resources/imageImport/imageImport";
import type { ImageImportInputs, ImageImportState } from "../../../../provider/resources/imageImport/imageImportTable";
import { inspectFile } from "../../../../provider/source/inspect/inspectSource";
import { bootableDisk } from "../../../helpers/bootableDisk";
import { simulate, type RecordedCall, type Simulation } from "../../../helpers/simulation";

const urn = "urn:pulumi:dev::web::imagefleet:index:ImageImport::web";
const folder = mkdtempSync(path.join(tmpdir(), "imagefleet-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));

// The decoder of xz is compiled at its first use, on a thread that virtual time knows nothing of.
beforeAll(async () => {
  const { path: packed } = write("first.xz", execFileSync("xz", ["--stdout"], { input: bootableDisk("first") }));
  await inspectFile(packed);
});

function write(name: string, bytes: Buffer): { readonly path: string; readonly sha256: string } {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return { path: file, sha256: digestOf(bytes) };
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function inputsOf(source: ImageImportInputs["source"], more: Partial<ImageImportInputs> = {}): ImageImportInputs {
  return { source, region: "nyc3", name: "web", ...more };
}

interface Image {
  readonly id: string;
  readonly state: ImageImportState;
}

/** Completes and creates, as the engine does. */
async function begun(simulation: Simulation, inputs: ImageImportInputs, call: RecordedCall = simulation.call(urn)): Promise<Image> {
  return imageImport.create(await completed(simulation, inputs, undefined), simulation.context, call);
}

function create(simulation: Simulation, inputs: ImageImportInputs, call?: RecordedCall): Promise<Image> {
  return simulation.run(begun(simulation, inputs, call));
}

async function completed(
  { context, call }: Simulation,
  inputs: ImageImportInputs,
  previous: Partial<ImageImportState> | undefined,
): Promise<ImageImportInputs> {
  return (await imageImport.complete?.(inputs, previous, context, call(urn).signal)) as ImageImportInputs;
}

function preview(simulation: Simulation, inputs: ImageImportInputs): Promise<unknown> {
  return simulation.run(Promise.resolve(imageImport.preview?.(inputs, undefined, simulation.context, simulation.call(urn))));
}

async function effectOf(simulation: Simulation, before: ImageImportInputs, after: object, state: object): Promise<unknown> {
  const change = { id: "1", state, before, after: after as ImageImportInputs, effects: { source: "update" } as const };
  return (await simulation.run(Promise.resolve(imageImport.diff?.(change, simulation.context, simulation.call(urn)))))?.source;
}

/** The requests to Spaces, without what is random in their keys. */
function spacesRequests({ bucket }: Simulation): readonly string[] {
  return bucket.requests.map((request) => request.replace(/imagefleet\/\S*/, "").trim());
}

const posts = /^POST \/v2\/images$/;
const throughSpaces = ["reach", "expire", "abort", "list", "upload", "public-read", "look", "remove"];

describe("a local file", () => {
  it("stays in Spaces, in private, where DigitalOcean fails to take the import, and is not uploaded again by the next run", async () => {
    const simulation = simulate(1, { spaces: true });
    const { path } = write("web.img", bootableDisk("web"));
    await simulation.fault({ on: "request", method: "POST", path: "/v2/images", status: 503, message: "Imports are paused.", times: 5 });
    await expect(create(simulation, inputsOf({ path }))).rejects.toThrow("Imports are paused");
    expect([...simulation.bucket.objects.values()].map((object) => object.public)).toEqual([false]);
    const { state } = await create(simulation, inputsOf({ path }));
    expect(state.status).toBe("available");
    expect(spacesRequests(simulation).filter((request) => request === "upload")).toHaveLength(1);
    expect(simulation.bucket.objects.size).toBe(0);
  });

  it("is imported from Spaces, and known by its digest", async () => {
    const simulation = simulate(1, { spaces: true });
    const web = write("web.img", bootableDisk("web"));
    const call = simulation.call(urn);
    const { state } = await create(simulation, inputsOf({ path: web.path }), call);
    expect(state).toMatchObject({ source: web, digest: web.sha256, status: "available" });
    expect(spacesRequests(simulation)).toEqual(throughSpaces);
    expect(simulation.requests(posts)).toHaveLength(1);
    expect(simulation.bucket.objects.size).toBe(0);
    expect(call.warnings).toEqual([]);
    expect(call.progressLines.map(({ text }) => text)).toContain("Uploading to Spaces, 1 MiB");
  });

  it("replaces the image with other bits only, wherever it lies", async () => {
    const simulation = simulate(2, { spaces: true });
    const web = write("web.img", bootableDisk("web"));
    const { state } = await create(simulation, inputsOf({ path: web.path }));
    const before = inputsOf(web);
    const moved = write("moved.img", bootableDisk("web"));
    const other = write("other.img", bootableDisk("other"));
    const next = (file: string): Promise<ImageImportInputs> => completed(simulation, inputsOf({ path: file }), state);
    expect(await effectOf(simulation, before, await next(moved.path), state)).toBe("none");
    expect(await effectOf(simulation, before, await next(other.path), state)).toBe("replace");
    const unknown = (await completed(simulation, inputsOf({ path: unknownValue as never }), state)) as object;
    expect(await effectOf(simulation, before, unknown, state)).toBe("replace");
    expect(await effectOf(simulation, before, inputsOf({ url: "http://127.0.0.1/web.img", sha256: web.sha256 }), state)).toBe("none");
    expect(await effectOf(simulation, before, inputsOf({ url: "http://127.0.0.1/web.img" }), state)).toBe("replace");
  });

  it("is taken back without an upload where a version of the same bits is kept", async () => {
    const simulation = simulate(3, { spaces: true });
    const [one, two] = [write("one.img", bootableDisk("one")), write("two.img", bootableDisk("two"))];
    const first = await create(simulation, inputsOf({ path: one.path }, { retain: 1 }));
    await create(simulation, inputsOf({ path: two.path }, { retain: 1 }));
    await simulation.run(imageImport.delete(first.id, first.state, simulation.context, simulation.call(urn)));
    const before = simulation.bucket.requests.length;
    const back = await create(simulation, inputsOf({ path: one.path }, { retain: 1 }));
    expect(back.id).toBe(first.id);
    expect(simulation.bucket.requests.length).toBe(before);
  });

  it("that no Droplet can run, that isn't there, or has another digest, is refused by the check", async () => {
    const simulation = simulate(4, { spaces: true });
    const text = write("readme.img", Buffer.from("no disk"));
    const web = write("web.img", bootableDisk("web"));
    const refusal = (source: ImageImportInputs["source"]): Promise<unknown> => {
      return simulation.run(completed(simulation, inputsOf(source), undefined)).catch((error: unknown) => (error as Error).message);
    };
    expect(await refusal({ path: text.path })).toMatch(
      /^`source` is not an image that a Droplet can run\.\nThe file is a text file, not a disk image\. .+ \(text-refused\)$/,
    );
    expect(await refusal({ path: `${web.path}.gone` })).toBe(
      `\`source.path\` must be a file that can be read, but \`${web.path}.gone\` can't be opened (ENOENT).`,
    );
    expect(await refusal({ path: web.path, sha256: text.sha256 })).toBe(
      `\`source.sha256\` must be the digest of the file that \`source.path\` names, \`${web.sha256}\`, got \`${text.sha256}\`.`,
    );
  });

  it("isn't needed for an image that exists where its digest is declared", async () => {
    const simulation = simulate(5, { spaces: true });
    const web = write("web.img", bootableDisk("web"));
    const { state } = await create(simulation, inputsOf(web));
    const elsewhere = inputsOf({ path: "/elsewhere/web.img", sha256: web.sha256.toUpperCase() });
    expect(await completed(simulation, elsewhere, state)).toBe(elsewhere);
  });
});

describe("a source that DigitalOcean can't fetch by itself", () => {
  const header = { headers: { "x-key": "s3cret-key" } };

  it.each([
    ["with headers", header, "http://127.0.0.1/web.img"],
    ["to be verified", { verify: "stage", sha256: digestOf(bootableDisk("http://127.0.0.1/web.img")) }, "http://127.0.0.1/web.img"],
    ["in xz", {}, "http://127.0.0.1/web.img.xz"],
  ])("%s passes through Spaces", async (_, more, url) => {
    const simulation = simulate(6, { spaces: true });
    await create(simulation, inputsOf({ url, ...more }));
    expect(spacesRequests(simulation)).toEqual(throughSpaces);
    const { images } = (await simulation.ask("GET", "/v2/images?private=true")) as { images: unknown[] };
    expect(images).toHaveLength(1);
    const key = "headers" in more ? "s3cret-key" : null;
    expect(new Set(simulation.asked.map(({ headers }) => headers.get("x-key")))).toEqual(new Set([key]));
  });

  it.each([
    ["A local file (`source.path`)", { path: "/images/web.img", sha256: "0".repeat(64) }],
    ["A source with `source.headers`, which DigitalOcean doesn't send,", { url: "http://127.0.0.1/web.img", ...header }],
    ["A source that is compressed with xz, which DigitalOcean doesn't take,", { url: "http://127.0.0.1/web.img.xz" }],
  ])("is refused by preview and up where Spaces isn't configured: %s", async (purpose, source) => {
    const simulation = simulate(7);
    const refusal = `${purpose} reaches DigitalOcean through a Spaces bucket: set \`imagefleet:spacesAccessId\``;
    await expect(preview(simulation, inputsOf(source))).rejects.toThrow(refusal);
    const created = imageImport.create(inputsOf(source), simulation.context, simulation.call(urn));
    await expect(simulation.run(created)).rejects.toThrow(refusal);
    expect(simulation.requests(/^(?!GET)/)).toEqual([]);
  });

  it('in xz is refused with `recompress: "never"`', async () => {
    const simulation = simulate(8, { spaces: true });
    await expect(preview(simulation, inputsOf({ url: "http://127.0.0.1/web.img.xz", recompress: "never" }))).rejects.toThrow(
      "(compression-refused)",
    );
    expect(simulation.bucket.requests).toEqual([]);
  });

  it("of another digest than declared is never imported, and leaves nothing", async () => {
    const simulation = simulate(9, { spaces: true });
    const source = { url: "http://127.0.0.1/web.img", verify: "stage", sha256: "0".repeat(64) };
    await expect(create(simulation, inputsOf(source))).rejects.toThrow(/^`source\.sha256` must be the digest of the image, `0{64}`, but/);
    expect(simulation.requests(posts)).toEqual([]);
    expect([simulation.bucket.objects.size, simulation.bucket.uploads.size]).toEqual([0, 0]);
  });

  it("leaves nothing in Spaces where the import fails, or nobody may read it there", async () => {
    const simulation = simulate(10, { spaces: true });
    const web = write("web.img", bootableDisk("web"));
    await simulation.fault({ on: "import", fails: true, message: "We couldn't recognize your image file." });
    await expect(create(simulation, inputsOf(web))).rejects.toThrow(/^The import of image \d+ failed/);
    expect(simulation.bucket.objects.size).toBe(0);
    simulation.bucket.cold = true;
    await expect(create(simulation, inputsOf(web))).rejects.toThrow(/^The staged image was made public, but Spaces answers 403/);
    expect(simulation.bucket.objects.size).toBe(0);
    expect(simulation.requests(posts)).toHaveLength(1);
  });

  it("leaves nothing in Spaces of a killed run to the next one, also where that imports from a URL", async () => {
    const simulation = simulate(13, { spaces: true });
    const web = write("web.img", bootableDisk("web"));
    void begun(simulation, inputsOf(web));
    while (simulation.bucket.objects.size === 0) await simulation.clock.advance(1);
    simulation.process.kill();
    const next = simulation.restart();
    await simulation.run(imageImport.create(inputsOf({ url: "http://127.0.0.1/web.img" }), next.context, next.call(urn)));
    expect(simulation.bucket.objects.size).toBe(0);
    expect(simulation.requests(posts)).toHaveLength(1);
  });

  it("can be fetched by others only while the import runs", async () => {
    const simulation = simulate(11, { spaces: true });
    await simulation.options({ importSeconds: 60 });
    const web = write("web.img", bootableDisk("web"));
    let over = false;
    const seen: unknown[] = [];
    const run = begun(simulation, inputsOf(web)).finally(() => (over = true));
    const watch = async (): Promise<void> => {
      while (!over) {
        seen.push([simulation.requests(posts).length, [...simulation.bucket.objects.values()].map((object) => object.public)]);
        await simulation.clock.sleep(5);
      }
    };
    await simulation.run(Promise.all([run, watch()]));
    const steps = seen.map((step) => JSON.stringify(step)).filter((step, index, all) => step !== all[index - 1]);
    expect(steps).toEqual(["[0,[]]", "[0,[false]]", "[0,[true]]", "[1,[true]]"]);
    expect(simulation.bucket.objects.size).toBe(0);
  });
});

describe("a followed source with headers", () => {
  it("is asked with them for its version", async () => {
    const simulation = simulate(12, { spaces: true });
    simulation.served = "one";
    const source = { url: "http://127.0.0.1/web.img", follow: true, headers: { "x-key": "s3cret-key" } };
    const { state } = await create(simulation, inputsOf(source));
    expect(state.followed?.etag).toBe('"one"');
    expect(await effectOf(simulation, inputsOf(source), inputsOf({ ...source, headers: { "x-key": "another" } }), state)).toBe("none");
    expect(simulation.asked.at(-1)?.headers.get("x-key")).toBe("another");
  });
});

describe("the check of a source", () => {
  const faults = (source: object): readonly unknown[] => {
    return (imageImport.check?.(inputsOf(source as ImageImportInputs["source"]), undefined) ?? []).map((fault) => fault.property);
  };
  const url = "http://127.0.0.1/web.img";

  it.each([
    [{}, ["source"]],
    [{ url, path: "web.img" }, ["source"]],
    [{ path: "web.img", follow: true, headers: {}, verify: "declared" }, ["source.follow", "source.headers", "source.verify"]],
    [{ url, verify: "stage" }, ["source.sha256"]],
    [{ url: "ftp://127.0.0.1/web.img", headers: { a: "b" } }, ["source.url"]],
    [{ url, headers: { a: "b" }, recompress: "never" }, []],
    [{ path: unknownValue }, []],
    [{ url, accept: ["file-system-not-ext", "uefi"] }, ["source.accept[1]"]],
    [{ url, accept: unknownValue }, []],
  ])("names what doesn't go together: %j", (source, properties) => {
    expect(faults(source)).toEqual(properties);
  });
});
