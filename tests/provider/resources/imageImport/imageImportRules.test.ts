import { unknownValue, type Rule } from "../../../../provider/host/property";
import type { Effects } from "../../../../provider/host/resource";
import { isDistribution, sameDistribution } from "../../../../provider/resources/imageImport/distribution";
import { imageImport } from "../../../../provider/resources/imageImport/imageImport";
import {
  importInputs,
  regionSlugRule,
  type ImageImportChange,
  type ImageImportInputs,
} from "../../../../provider/resources/imageImport/imageImportTable";
import { areTags, userTags } from "../../../../provider/resources/imageTags";
import { sameTags } from "../../../../provider/rules/tag";
import { importFailure } from "../../../../provider/resources/imageImport/importFailure";
import { sourceChange, sourceIdentity } from "../../../../provider/resources/imageImport/sourceIdentity";
import { simulate } from "../../../helpers/simulation";

const [a, b] = ["a".repeat(64), "b".repeat(64)];
const inputs: ImageImportInputs = { source: { url: "http://x/1" }, region: "nyc3", name: "web" };

function holds(rules: readonly Rule[], value: unknown): boolean {
  return rules.every((rule) => rule.holds(value as never));
}

describe("the source's identity", () => {
  it.each([
    ["a new URL with the same digest", { url: "u", sha256: a }, { url: "v", sha256: a }, "none"],
    ["the same source", { url: "u", sha256: a }, { url: "u", sha256: a }, "none"],
    ["a digest in capitals", { url: "u", sha256: a }, { url: "u", sha256: a.toUpperCase() }, "update"],
    ["a new digest", { url: "u", sha256: a }, { url: "u", sha256: b }, "replace"],
    ["a new URL without digest", { url: "u" }, { url: "v" }, "replace"],
    ["a digest declared for the same URL", { url: "u" }, { url: "u", sha256: a }, "update"],
    ["a digest dropped for the same URL", { url: "u", sha256: a }, { url: "u" }, "update"],
    ["a new URL and a dropped digest", { url: "u", sha256: a }, { url: "v" }, "replace"],
    ["a new generation", { url: "u" }, { url: "u", generation: 1 }, "replace"],
    ["generation 0 said explicitly", { url: "u" }, { url: "u", generation: 0 }, "none"],
    ["the first source of an imported image", undefined, { url: "u" }, "none"],
    ["being followed from now on", { url: "u" }, { url: "u", follow: true }, "update"],
  ])("%s", (_, before, after, effect) => expect(sourceChange(before, after)).toBe(effect));

  it("is the digest where there is one, and the URL else", () => {
    expect(sourceIdentity({ url: "u", sha256: a })).toBe(sourceIdentity({ url: "v", sha256: a.toUpperCase() }));
    expect(sourceIdentity({ url: "u" })).not.toBe(sourceIdentity({ url: "v" }));
    expect(sourceIdentity({ url: "u" })).not.toBe(sourceIdentity({ url: "u", generation: 1 }));
  });
});

describe("the rules of an import's inputs", () => {
  it("take http, https and ftp URLs, digests, region slugs and tags", () => {
    const { url, sha256 } = importInputs.source.shape.object;
    expect(["http://x/1", "https://x/1", "ftp://x/1"].filter((value) => !holds(url.rules, value))).toEqual([]);
    expect(["file:///x", "x.img", "s3://bucket/x", ""].filter((value) => holds(url.rules, value))).toEqual([]);
    expect([a, a.toUpperCase()].filter((value) => !holds(sha256.rules, value))).toEqual([]);
    expect(["abc", `${a}0`, "g".repeat(64)].filter((value) => holds(sha256.rules, value))).toEqual([]);
    expect(["nyc3", "ams3", "mkc1"].filter((value) => !holds([regionSlugRule], value))).toEqual([]);
    expect(["Amsterdam", "nyc", "NYC3", ""].filter((value) => holds([regionSlugRule], value))).toEqual([]);
    expect(holds(areTags, ["prod", "team:web", "a_b-c", unknownValue])).toBe(true);
    expect([["a b"], [""], ["x".repeat(256)], ["imagefleet:import:1"]].filter((value) => holds(areTags, value))).toEqual([]);
  });

  it("take DigitalOcean's distributions, `Unknown` in both spellings", () => {
    expect(["Debian", "Unknown", "Unknown OS"].filter((value) => !holds([isDistribution], value))).toEqual([]);
    expect(holds([isDistribution], "Alpine")).toBe(false);
    expect(sameDistribution("Unknown OS", undefined)).toBe(true);
    expect(sameDistribution("Debian", undefined)).toBe(false);
  });

  it("ask for a source only where there is no image yet", () => {
    const sourceless = { region: "nyc3", name: "web" };
    expect(imageImport.check?.(sourceless, undefined).map(({ property }) => property)).toEqual(["source"]);
    expect(imageImport.check?.(sourceless, {})).toEqual([]);
    expect(imageImport.check?.({ ...sourceless, source: unknownValue }, undefined)).toEqual([]);
  });
});

describe("the diff", () => {
  async function diff(after: ImageImportChange["after"], effects: Effects, before = inputs): Promise<Effects | undefined> {
    const { context, call } = simulate(1);
    return imageImport.diff?.({ id: "1", state: { status: "available" }, before, after, effects }, context, call());
  }

  it("replaces for another source, and for one that nobody can tell yet", async () => {
    expect(await diff({ ...inputs, source: { url: "http://x/2" } }, { source: "update" })).toEqual({ source: "replace" });
    expect(await diff({ ...inputs, source: { url: unknownValue } }, { source: "update" })).toEqual({ source: "replace" });
    expect(await diff({ ...inputs, source: unknownValue }, { source: "update" })).toEqual({ source: "replace" });
  });

  it("lets the digest decide where the URL isn't known yet", async () => {
    const before = { ...inputs, source: { url: "http://x/1", sha256: a } };
    expect(await diff({ ...inputs, source: { url: unknownValue, sha256: a } }, { source: "update" }, before)).toEqual({ source: "none" });
  });

  it("is silent about the order of tags, and other spellings of the same", async () => {
    const before = { ...inputs, tags: ["a", "b"], distribution: "Unknown", description: "" };
    const after = { ...inputs, tags: ["b", "a"], distribution: "Unknown OS" };
    expect(await diff(after, { tags: "update", distribution: "update", description: "update" }, before)).toEqual({
      ...{ tags: "none", distribution: "none", description: "none" },
    });
  });

  it("of an import that can't become good any more replaces it", async () => {
    const simulation = simulate(2);
    const change = { id: "1", state: { status: "pending" }, before: inputs, after: inputs, effects: {} };
    expect(await simulation.run(Promise.resolve(imageImport.diff?.(change, simulation.context, simulation.call())))).toEqual({
      status: "replace",
    });
  });
});

describe("tags", () => {
  it("hide imagefleet's own, and keep the program's order where they are the same", () => {
    expect(userTags(["imagefleet:import:1", "b", "a"], ["a", "b"])).toEqual(["a", "b"]);
    expect(userTags(["b", "a", "c"], ["a", "b"])).toEqual(["b", "a", "c"]);
    expect(userTags(null)).toEqual([]);
    expect(sameTags(["a"], ["a", "b"])).toBe(false);
  });
});

describe("why an import failed", () => {
  it("is told in the service's words, with cause and remedy", () => {
    expect(importFailure("5", "We had a problem decompressing your file.")).toBe(
      'The import of image 5 failed; DigitalOcean said: "We had a problem decompressing your file." The likely cause: the archive is corrupt ' +
        "or holds more than one file. Compress one single disk image with gzip or bzip2, or serve it uncompressed, then run `pulumi up` again.",
    );
  });

  it("is told without the URL, which may be a secret", () => {
    const url = "https://images.example.com/web.img?key=abc";
    expect(importFailure("5", `We could not fetch ${url}: 403.`, url)).toContain('said: "We could not fetch [secret]: 403." The likely');
  });

  it("is told to be unknown where the service says nothing", () => {
    expect(importFailure("5", "")).toMatch(/^The import of image 5 failed; DigitalOcean gave no reason\. The likely cause: /);
  });
});
