import { differences, effectsByTable } from "../../../provider/host/diff";
import { unknownValue, type PropertyTable } from "../../../provider/host/property";

const text = { shape: "string", doc: "Text." } as const;
const table = {
  name: text,
  image: { ...text, change: "roll" },
  region: { ...text, change: "replace" },
  siblingRegions: { shape: { listOf: "string" }, change: "none", doc: "Hidden." },
  source: {
    shape: { object: { url: { ...text, change: "none" }, sha256: { ...text, change: "replace" }, label: text } },
    change: "roll",
    doc: "Source.",
  },
} as const satisfies PropertyTable;

test("each changed input has the effect of its table, `update` where nothing is said", () => {
  const before = { name: "a", image: "1", region: "ams3", siblingRegions: ["ams3"] };
  expect(effectsByTable(table, before, before)).toEqual({});
  expect(effectsByTable(table, before, { name: "b", image: "2", region: "nyc3", siblingRegions: [] })).toEqual({
    name: "update",
    image: "roll",
    region: "replace",
    siblingRegions: "none",
  });
});

test("an unknown input differs, and what no table knows does not count", () => {
  expect(effectsByTable(table, { name: "a", old: 1 }, { name: unknownValue })).toEqual({ name: "update" });
});

test("an object whose parts say their effect has the strongest of those that changed, and passes its own on", () => {
  const before = { source: { url: "a", sha256: "1", label: "x" } };
  const effect = (source: object) => effectsByTable(table, before, { source: { ...before.source, ...source } })["source"];
  expect(effect({ url: "b" })).toBe("none");
  expect(effect({ url: "b", label: "y" })).toBe("roll");
  expect(effect({ url: "b", sha256: "2", label: "y" })).toBe("replace");
  expect(effectsByTable(table, before, {})).toEqual({ source: "roll" });
  expect(effectsByTable(table, before, { source: unknownValue })).toEqual({ source: "roll" });
});

test("what does nothing is not told; drift of outputs is told apart from changes of inputs", () => {
  const effects = { name: "update", image: "roll", region: "replace", siblingRegions: "none", live: "roll" } as const;
  const found = differences(
    effects,
    { name: "a", region: "ams3", siblingRegions: [] },
    { image: "1", region: "nyc3", siblingRegions: ["x"] },
  );
  expect(Object.fromEntries(found)).toEqual({
    name: { kind: "delete", replaces: false, ofInputs: true },
    image: { kind: "add", replaces: false, ofInputs: true },
    region: { kind: "update", replaces: true, ofInputs: true },
    live: { kind: "update", replaces: false, ofInputs: false },
  });
});
