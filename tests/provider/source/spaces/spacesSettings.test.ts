import { requireSpaces, isSpacesGiven, type GivenSpaces } from "../../../../provider/source/spaces/spacesSettings";
import { storeRefusalOf } from "../../../../provider/source/spaces/spacesRefusal";
import { stagingNeed } from "../../../../provider/source/staging/stagingNeed";

const given: GivenSpaces = { accessId: "AKID", secretKey: "SECRET", bucket: "images", region: "ams3" };

describe("What has to pass through Spaces", () => {
  it.each([
    [{ path: "web.img" }, "A local file (`source.path`)"],
    [{ headers: { authorization: "abc" } }, "A source with `source.headers`, which DigitalOcean doesn't send,"],
    [{ verify: "stage" as const }, "A source that is verified before the import (`source.verify` is `stage`)"],
    [{ compression: "xz" as const }, "A source that is compressed with xz, which DigitalOcean doesn't take,"],
    [{ compression: "zstd" as const }, "A source that is compressed with zstd, which DigitalOcean doesn't take,"],
  ])("is %j", (source, because) => {
    expect(stagingNeed(source)).toBe(because);
  });

  it.each([{}, { headers: {} }, { verify: "declared" as const }, { compression: "gzip" as const }, { compression: "bzip2" as const }])(
    "is not %j",
    (source) => {
      expect(stagingNeed(source)).toBeUndefined();
    },
  );
});

describe("The settings of Spaces", () => {
  it("take the region's endpoint where none is given", () => {
    expect(requireSpaces(given, "It")).toEqual({
      ...{ accessId: "AKID", secretKey: "SECRET", bucket: "images" },
      endpoint: "https://ams3.digitaloceanspaces.com",
    });
  });

  it.each([
    ["https://fra1.digitaloceanspaces.com/", "https://fra1.digitaloceanspaces.com"],
    ["https://{{.Region}}.example.com", "https://ams3.example.com"],
    ["http://127.0.0.1:7480", "http://127.0.0.1:7480"],
    ["http://[::1]:7480", "http://[::1]:7480"],
    [" https://host ", "https://host"],
  ])("take the endpoint %s", (endpoint, taken) => {
    expect(requireSpaces({ ...given, endpoint }, "It").endpoint).toBe(taken);
  });

  it("name every key that is missing, and what it is needed for", () => {
    expect(() => requireSpaces({ region: "ams3", accessId: "AKID", secretKey: "" }, "A local file")).toThrow(
      "A local file reaches DigitalOcean through a Spaces bucket: set `imagefleet:spacesSecretKey` (or `SPACES_SECRET_ACCESS_KEY`), " +
        "`imagefleet:spacesBucket` (or `SPACES_BUCKET`); a key limited to that bucket is enough.",
    );
  });

  it.each([
    "http://ams3.digitaloceanspaces.com",
    "https://user:pass@host",
    "https://host/images",
    "https://host?x",
    "host",
    "ftp://127.0.0.1",
  ])("refuse the endpoint %s", (endpoint) => {
    const refused = (): unknown => requireSpaces({ ...given, endpoint }, "It");
    expect(refused).toThrow(/^`imagefleet:spacesEndpoint` must be an https URL such as/);
    expect(refused).not.toThrow(/user|pass@/);
  });

  it.each(["a", "Images", "my.images", "-images"])("refuse the bucket %s", (bucket) => {
    expect(() => requireSpaces({ ...given, bucket }, "It")).toThrow(/^`imagefleet:spacesBucket` must be a Spaces bucket's name/);
  });

  it("count as given with the last key", () => {
    expect(isSpacesGiven({ region: "ams3" })).toBe(false);
    expect(isSpacesGiven({ region: "ams3", accessId: "DO00", secretKey: "secret", bucket: "" })).toBe(false);
    expect(isSpacesGiven({ region: "ams3", accessId: "DO00", secretKey: "secret", bucket: "images" })).toBe(true);
  });
});

describe("A refusal", () => {
  const settings = requireSpaces(given, "It");
  const place = "The Spaces bucket `images` at `https://ams3.digitaloceanspaces.com`";
  const answered = (httpStatusCode: number, name: string): Error =>
    Object.assign(new Error("AKID SECRET"), { name, $metadata: { httpStatusCode }, AWSAccessKeyId: "AKID" });

  it.each([
    [
      answered(503, "SlowDown"),
      `${place} asked to slow down (503 SlowDown) and went on doing so when asked to list objects: run the same command again in a minute.`,
    ],
    [
      answered(400, "InvalidArgument"),
      `${place} answered 400 InvalidArgument when asked to list objects: run the same command again, and check the bucket's settings if it says so again.`,
    ],
    [
      Object.assign(new Error("AKID"), { code: "ECONNREFUSED" }),
      `${place} could not be reached to list objects (ECONNREFUSED): check the network and \`imagefleet:spacesEndpoint\` (or \`SPACES_ENDPOINT_URL\`).`,
    ],
  ])("is a finished sentence without the key: %s", (error, sentence) => {
    expect(storeRefusalOf(error, "list objects", settings).message).toBe(sentence);
  });

  it("of the key says what it must be allowed, and that Cold Storage can't do", () => {
    const { message, status } = storeRefusalOf(answered(403, "AccessDenied"), "store an object", settings);
    expect(status).toBe(403);
    expect(message).toBe(
      `${place} refused the key (403 AccessDenied) when asked to store an object: check \`imagefleet:spacesAccessId\` and \`imagefleet:spacesSecretKey\` ` +
        "(or `SPACES_ACCESS_KEY_ID` and `SPACES_SECRET_ACCESS_KEY`), and that the key may read, write and delete in this bucket, " +
        "which must be a standard one: in Cold Storage nothing can be public.",
    );
  });
});
