import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve as resolvePath } from "node:path";

import { GetBucketLifecycleConfigurationCommand, GetObjectCommand, PutBucketLifecycleConfigurationCommand } from "@aws-sdk/client-s3";
import { streamOf, type ByteStream } from "../../../../provider/source/bytes/byteStream";
import { partBytes } from "../../../../provider/source/spaces/multipart";
import { StoreRefusal, type ObjectStore } from "../../../../provider/source/spaces/objectStore";
import { createSpaces } from "../../../../provider/source/spaces/spaces";
import type { SpacesSettings } from "../../../../provider/source/spaces/spacesSettings";
import { describeWithSpaces, startSpaces, type TestSpaces } from "../../../helpers/spaces";
import { VirtualClock } from "../../../../virtual/virtualClock";

const { signal } = new AbortController();
const store = (settings: SpacesSettings): ObjectStore =>
  createSpaces(settings, { clock: new VirtualClock(), send: (request) => fetch(request) });
const root = resolvePath(__dirname, "../../../..");
const silent = (): void => undefined;

async function* pieces(bytes: Buffer, size = 100_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

describeWithSpaces("Spaces", () => {
  let spaces: TestSpaces;
  beforeAll(async () => {
    spaces = await startSpaces();
  });
  afterAll(() => spaces.stop());
  afterEach(async () => expect(await spaces.contents()).toEqual({ objects: [], uploads: [] }));

  const digestOf = async (Key: string): Promise<string> => {
    const { Body: stored } = await spaces.client.send(new GetObjectCommand({ Bucket: spaces.full.bucket, Key }));
    const bytes = (await stored?.transformToByteArray()) ?? new Uint8Array(0);
    return sha256(bytes);
  };

  it.each(["full", "limited"] as const)(
    "with a %s key, an object is readable by others only from publication to withdrawal",
    async (key) => {
      const bucket = store(spaces[key]);
      await bucket.reach(signal);
      await bucket.upload("p/a.img", streamOf(pieces(Buffer.from("bits"))), silent, signal);
      expect(await bucket.anonymousStatus("p/a.img", signal)).toBe(403);
      await bucket.setVisibility("p/a.img", "public-read", signal);
      expect(await bucket.anonymousStatus("p/a.img", signal)).toBe(200);
      expect(await (await fetch(bucket.urlOf("p/a.img"))).text()).toBe("bits");
      await bucket.setVisibility("p/a.img", "private", signal);
      expect(await bucket.anonymousStatus("p/a.img", signal)).toBe(403);
      expect(await bucket.list("p/", signal)).toEqual([{ key: "p/a.img", bytes: 4 }]);
      await bucket.expireAfterADay("p/", signal);
      await bucket.remove("p/a.img", signal);
      await bucket.remove("p/a.img", signal);
      expect(await bucket.list("p/", signal)).toEqual([]);
    },
  );

  it.each([0, 1, partBytes - 1, partBytes, 6 * partBytes + 12_345])("stores a body of %i bytes as it is", async (size) => {
    const bytes = randomBytes(size);
    const bucket = store(spaces.full);
    const sent: number[] = [];
    expect(await bucket.upload("size.img", streamOf(pieces(bytes)), (arrived) => sent.push(arrived), signal)).toBe(size);
    expect(await digestOf("size.img")).toBe(sha256(bytes));
    expect(sent).toHaveLength(size < partBytes ? 1 : Math.ceil(size / partBytes));
    expect(sent.at(-1)).toBe(size);
    await bucket.remove("size.img", signal);
  });

  it("leaves neither object nor parts where the body turns out wrong at its end", async () => {
    async function* wrong(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.alloc(2 * partBytes + 1));
      throw new Error("wrong bits");
    }
    await expect(store(spaces.limited).upload("wrong.img", streamOf(wrong()), silent, signal)).rejects.toThrow(/^wrong bits$/);
  });

  it("leaves neither object nor parts where it is interrupted", async () => {
    const stop = new AbortController();
    const sent = (): void => stop.abort(new Error("interrupted"));
    await expect(store(spaces.limited).upload("long.img", zeros(20 * partBytes), sent, stop.signal)).rejects.toThrow(/^interrupted$/);
  });

  it("gives up the uploads under a prefix, and no others", async () => {
    const bucket = store(spaces.limited);
    const uploads = ["a/1", "a/2", "b/1"].map((key) => unfinished(bucket, key));
    await Promise.all(uploads.map(({ begun }) => begun));
    expect(await bucket.abortUploads("a/", signal)).toBe(2);
    expect(await spaces.contents()).toEqual({ objects: [], uploads: ["b/1"] });
    expect(await bucket.abortUploads("", signal)).toBe(1);
    for (const { end } of uploads) await end();
  });

  it("says what is wrong with the key or the bucket, without the key", async () => {
    const place = `at \`${spaces.full.endpoint}\``;
    await expect(store({ ...spaces.full, bucket: "nowhere" }).reach(signal)).rejects.toThrow(
      `The Spaces bucket \`nowhere\` ${place} was not found (404) when asked to say that it is there: create it, or set \`imagefleet:spacesBucket\` ` +
        "(or `SPACES_BUCKET`) and `imagefleet:spacesEndpoint` (or `SPACES_ENDPOINT_URL`) to where it is.",
    );
    for (const wrong of [{ secretKey: "SKOTHER" }, { accessId: "AKOTHER" }]) {
      const refused = store({ ...spaces.full, ...wrong }).list("", signal);
      await expect(refused).rejects.toThrow(
        /^The Spaces bucket `images` at `[^`]+` refused the key \(403 (SignatureDoesNotMatch|InvalidAccessKeyId)\)/,
      );
      await expect(refused).rejects.not.toThrow(/SKOTHER|AKOTHER|SKTEST|AKTEST/);
    }
  });

  it("adds its one-day rule to the bucket's own rules, once", async () => {
    const { bucket: Bucket } = spaces.full;
    const others = { ID: "logs", Filter: { Prefix: "logs/" }, Status: "Enabled" as const, Expiration: { Days: 7 } };
    await spaces.client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [others] } }));
    await store(spaces.limited).expireAfterADay("imagefleet/", signal);
    const rules = async () => (await spaces.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules;
    expect(await rules()).toEqual([others]);
    await store(spaces.full).expireAfterADay("imagefleet/", signal);
    await store(spaces.full).expireAfterADay("imagefleet/", signal);
    const own = {
      ...{ ID: "imagefleet-staging", Filter: { Prefix: "imagefleet/" }, Status: "Enabled", Expiration: { Days: 1 } },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    };
    expect(await rules()).toHaveLength(2);
    expect(await rules()).toEqual(expect.arrayContaining([others, own]));
  });
});

/** What a server of S3 needs to say to a client, and what it was asked. */
interface Server {
  readonly settings: SpacesSettings;
  readonly seen: { readonly request: string; readonly headers: IncomingHttpHeaders; readonly sha256: string }[];
  /** For the n-th request: a status in the place of its answer, or `drop` for none. */
  readonly faults: Map<string, (number | "drop")[]>;
  close(): Promise<void>;
}

async function serve(): Promise<Server> {
  const seen: Server["seen"] = [];
  const faults: Server["faults"] = new Map();
  const server = createServer((request, response) => {
    const bytes: Buffer[] = [];
    request.on("data", (chunk: Buffer) => bytes.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const name = `${method} ${url.replace(/\?.*?(acl|lifecycle|uploads|uploadId|partNumber=\d+|list).*/, "?$1").replace(/\?x-id.*/, "")}`;
      seen.push({ request: name, headers, sha256: sha256(Buffer.concat(bytes)) });
      const claimed = headers["content-md5"];
      const wrong = claimed !== undefined && claimed !== createHash("md5").update(Buffer.concat(bytes)).digest("base64");
      const fault = faults.get(name)?.shift() ?? (wrong ? 400 : 200);
      if (fault === "drop") return request.socket.destroy();
      response.writeHead(fault, { etag: '"mark"' });
      response.end(method === "POST" ? "<R><UploadId>1</UploadId></R>" : method === "GET" ? "<R></R>" : "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { settings: { accessId: "AK", secretKey: "SK", bucket: "images", endpoint }, seen, faults, close };
}

describe("Requests to Spaces", () => {
  let server: Server;
  let bucket: ObjectStore;
  beforeEach(async () => {
    server = await serve();
    bucket = store(server.settings);
  });
  afterEach(() => server.close());
  const requests = (): string[] => server.seen.map(({ request }) => request);

  it("carry no checksum header that Spaces may refuse, an MD5 where one is required, and never make or list buckets", async () => {
    await bucket.reach(signal);
    await bucket.upload("small", zeros(10), silent, signal);
    await bucket.upload("large", zeros(partBytes + 1), silent, signal);
    await bucket.setVisibility("large", "public-read", signal);
    await bucket.list("", signal);
    await bucket.abortUploads("", signal);
    await bucket.expireAfterADay("imagefleet/", signal);
    await bucket.remove("large", signal);
    const large = ["?uploads", "?partNumber=1", "?partNumber=2", "?uploadId"].map((query) => `/images/large${query}`);
    expect(requests().slice(0, 2)).toEqual(["HEAD /images/", "PUT /images/small"]);
    // Parts go side by side.
    expect(requests().slice(2, 6).sort()).toEqual([
      `POST ${large[3] ?? ""}`,
      `POST ${large[0] ?? ""}`,
      `PUT ${large[1] ?? ""}`,
      `PUT ${large[2] ?? ""}`,
    ]);
    expect(requests().slice(6)).toEqual([
      "PUT /images/large?acl",
      "GET /images/?list",
      "GET /images/?uploads",
      "GET /images/?lifecycle",
      "PUT /images/?lifecycle",
      "DELETE /images/large",
    ]);
    expect(server.seen.flatMap(({ headers }) => Object.keys(headers)).filter((name) => /checksum|trailer/.test(name))).toEqual([]);
    expect(server.seen.filter(({ headers }) => headers["content-md5"] !== undefined).map(({ request }) => request)).toEqual([
      "PUT /images/large?acl",
      "PUT /images/?lifecycle",
    ]);
  });

  it.each([503, 500, "drop"] as const)("repeat the part that failed, and no other: %s", async (fault) => {
    server.faults.set("PUT /images/large?partNumber=2", [fault]);
    const bits = randomBytes(3 * partBytes);
    expect(await bucket.upload("large", streamOf(pieces(bits)), silent, signal)).toBe(3 * partBytes);
    const parts = new Map(server.seen.filter(({ request }) => request.startsWith("PUT")).map(({ request, sha256: sum }) => [request, sum]));
    expect(
      requests()
        .filter((request) => request.startsWith("PUT"))
        .sort(),
    ).toEqual([1, 2, 2, 3].map((part) => `PUT /images/large?partNumber=${part}`));
    expect([...parts].sort()).toEqual(
      [1, 2, 3].map((part) => [`PUT /images/large?partNumber=${part}`, sha256(bits.subarray((part - 1) * partBytes, part * partBytes))]),
    );
  });

  it("give the upload up after a part that is refused", async () => {
    server.faults.set("PUT /images/large?partNumber=2", [403]);
    await expect(bucket.upload("large", zeros(9 * partBytes), silent, signal)).rejects.toThrow(
      /^The Spaces bucket `images` at `[^`]+` refused the key \(403\) when asked to store a part of an upload: check/,
    );
    expect(requests().slice(-2)).toEqual(["DELETE /images/large?uploadId", "DELETE /images/large"]);
  });

  it("remove the object where nobody knows whether the upload was completed", async () => {
    server.faults.set("POST /images/large?uploadId", Array(5).fill("drop") as "drop"[]);
    const upload = bucket.upload("large", zeros(partBytes), silent, signal);
    await expect(upload).rejects.toThrow(/could not be reached to complete an upload \(\w+\): check/);
    expect(requests().slice(-2)).toEqual(["DELETE /images/large?uploadId", "DELETE /images/large"]);
  });

  it("load the S3 client with the first of them", () => {
    const script = `
      const { createSpaces } = require("./dist/provider/source/spaces/spaces");
      require("./dist/provider/source/staging/staging");
      createSpaces({ accessId: "AK", secretKey: "SK", bucket: "images", endpoint: "http://127.0.0.1:1" }, {});
      process.stdout.write(JSON.stringify(Object.keys(require.cache).filter((file) => file.includes("@aws-sdk"))));`;
    expect(JSON.parse(execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" }))).toEqual([]);
  });

  it("go to the bucket's own host in Spaces", () => {
    const settings = { ...server.settings, endpoint: "https://ams3.digitaloceanspaces.com" };
    expect(store(settings).urlOf("imagefleet/a/b.img")).toBe("https://images.ams3.digitaloceanspaces.com/imagefleet/a/b.img");
    expect(bucket.urlOf("imagefleet/a/b.img")).toBe(`${server.settings.endpoint}/images/imagefleet/a/b.img`);
  });

  it("list what lies beyond the first thousand", async () => {
    const pages = [["a", "b"], ["c"]];
    const lister = createServer((request, response) => {
      const after = new URL(request.url ?? "", "http://host").searchParams.get("start-after");
      const page = pages[after === null ? 0 : 1] ?? [];
      const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>7</Size></Contents>`).join("");
      expect([null, "b"]).toContain(after);
      response.end(`<R><IsTruncated>${String(after === null)}</IsTruncated>${contents}</R>`);
    });
    await new Promise<void>((resolve) => lister.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(lister.address() as AddressInfo).port}`;
    try {
      expect(await store({ ...server.settings, endpoint }).list("", signal)).toEqual(["a", "b", "c"].map((key) => ({ key, bytes: 7 })));
    } finally {
      lister.closeAllConnections();
      await new Promise((resolve) => lister.close(resolve));
    }
  });

  it("say what is missing where nothing listens", async () => {
    await server.close();
    await expect(bucket.anonymousStatus("x", signal)).rejects.toThrow(
      /could not be reached to serve an object \(ECONNREFUSED\): check the network/,
    );
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function zeros(size: number): ByteStream {
  let left = size;
  return {
    read(into) {
      const read = Math.min(left, into.length);
      into.fill(0, 0, read);
      left -= read;
      return Promise.resolve(read);
    },
    close: () => Promise.resolve(),
  };
}

/** An upload whose body stops after its first part until `end`. */
function unfinished(bucket: ObjectStore, key: string): { readonly begun: Promise<void>; readonly end: () => Promise<void> } {
  let end = silent;
  const ended = new Promise<void>((resolve) => (end = resolve));
  async function* chunks(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(partBytes);
    await ended;
  }
  let outcome: Promise<unknown> = Promise.resolve();
  const begun = new Promise<void>((resolve) => {
    outcome = bucket.upload(key, streamOf(chunks()), () => resolve(), signal).catch((error: unknown) => error);
  });
  return {
    begun,
    async end() {
      end();
      expect(await outcome).toBeInstanceOf(StoreRefusal);
    },
  };
}
