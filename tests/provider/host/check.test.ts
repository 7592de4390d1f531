import { checkByTable, secretNames, toFailure, toSentence, withDefaults, withoutFaulty } from "../../../provider/host/check";
import { effectsByTable } from "../../../provider/host/diff";
import { unknownValue, type PropertyTable } from "../../../provider/host/property";
import { decode, type Values } from "../../../provider/host/values";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

const port = {
  shape: "integer",
  required: true,
  doc: "TCP port.",
  rules: [{ expectation: "must be from 1 to 65535", holds: (value: number) => value >= 1 && value <= 65_535, remedy: "Take 80." }],
} as const;
const table = {
  count: { shape: "integer", default: 2, doc: "How many." },
  ratio: { shape: "number", doc: "How much." },
  retain: { shape: "boolean", doc: "Whether." },
  gate: {
    shape: { object: { http: { shape: { object: { port, path: { shape: "string", default: "/", doc: "Path." } } }, doc: "HTTP." } } },
    doc: "Gate.",
  },
  regions: {
    shape: { listOf: "string", each: [{ expectation: "must be a slug", holds: (slug: string) => slug.length === 4 }] },
    doc: "Regions.",
    rules: [{ expectation: "must name each region once", holds: (slugs: readonly string[]) => new Set(slugs).size === slugs.length }],
  },
  source: { shape: { object: { url: { shape: "string", secret: true, doc: "URL." } } }, doc: "Source." },
  labels: { shape: { mapOf: "string" }, doc: "Labels." },
} as const satisfies PropertyTable;

const reasons = (given: Values) =>
  checkByTable(table, given).faults.map((fault) => {
    const failure = toFailure(fault, secretNames(table));
    return [failure.getProperty(), failure.getReason()];
  });

test("defaults are filled in at every depth where something is given", () => {
  expect(checkByTable(table, { gate: { http: { port: 80 } } }).inputs).toEqual({ count: 2, gate: { http: { port: 80, path: "/" } } });
  expect(withDefaults(table, { count: 3, old: "gone" })).toEqual({ count: 3 });
});

test("each fault names its path, its expectation, what was received and the remedy", () => {
  expect(reasons({ gate: { http: { port: 0, paht: "/" } }, regions: ["ams3", "x"], ratio: "1", retain: "yes" })).toEqual([
    ["ratio", "must be a number, got `1`."],
    ["retain", "must be `true` or `false`, got `yes`."],
    ["", "`gate.http.paht` is not a known property. Did you mean `path`?"],
    ["", "`gate.http.port` must be from 1 to 65535, got `0`. Take 80."],
    ["", "`regions[1]` must be a slug, got `x`."],
  ]);
  expect(reasons({ gate: { http: {} }, regions: ["ams3", "ams3"], colour: "red" })).toEqual([
    ["colour", "is not a known property. The known ones are `count`, `ratio`, `retain`, `gate`, `regions`, `source`, `labels`."],
    ["", "`gate.http.port` must be given."],
    ["regions", 'must name each region once, got `["ams3","ams3"]`.'],
  ]);
});

test("a wrong shape is said by name, with a short view of what came instead", () => {
  const { values } = decode(
    Struct.fromJavaScript({ regions: { "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", urn: "u" } }),
  );
  expect(reasons({ ...values, gate: "x".repeat(200), count: "" })).toEqual([
    ["count", 'must be a whole number, got `""`.'],
    ["gate", `must be an object with \`http\`, got \`${"x".repeat(120)}…\`.`],
    ["regions", "must be a list, got a resource reference."],
  ]);
});

test("what is unknown is not checked, and a rule waits until all of its value is known", () => {
  expect(reasons({ count: unknownValue, gate: { http: { port: unknownValue } }, regions: ["ams3", "ams3", unknownValue] })).toEqual([]);
});

test("an id is the same one as a string or as a whole number", () => {
  const ids = {
    image: { shape: "id", doc: "Image.", rules: [{ expectation: "must be digits", holds: (id: string) => /^\d+$/.test(id) }] },
    keys: { shape: { listOf: "id" }, doc: "Keys." },
  } as const satisfies PropertyTable;
  const asStrings: Values = { image: "512189", keys: ["7", "aa:bb", unknownValue] };
  const { inputs, faults } = checkByTable(ids, { image: 512189, keys: [7, "aa:bb", unknownValue] });
  expect({ inputs, faults }).toEqual({ inputs: asStrings, faults: [] });
  expect(checkByTable(ids, asStrings).inputs).toEqual(asStrings);
  expect(effectsByTable(ids, { image: "512189" }, checkByTable(ids, { image: 512189 }).inputs)).toEqual({});

  const sentences = checkByTable(ids, { image: -3, keys: [1.5, true] }).faults.map((fault) => toSentence(fault, new Set()));
  expect(sentences).toEqual([
    "`image` must be digits, got `-3`.",
    "`keys[0]` must be an id, as a string or a whole number, got `1.5`.",
    "`keys[1]` must be an id, as a string or a whole number, got `true`.",
  ]);
});

test("a fault in what is secret names no property and no value", () => {
  expect(reasons({ source: { url: 7 } })).toEqual([["", "`source.url` must be a string."]]);
  expect([...secretNames(table)]).toEqual(["source"]);
});

test("an object that may hold a secret is one only where it does, as far as its value is told", () => {
  expect([...secretNames(table, { source: { url: "https://example.com" } })]).toEqual(["source"]);
  expect([...secretNames(table, { source: { url: unknownValue } })]).toEqual(["source"]);
  expect([...secretNames(table, { source: {} })]).toEqual([]);
  expect([...secretNames(table, {})]).toEqual([]);
});

test("a map holds strings under any name", () => {
  const labels = { team: "web", "x-any": unknownValue };
  expect(checkByTable(table, { labels: { ...labels, gone: undefined } as Values })).toEqual({ inputs: { count: 2, labels }, faults: [] });
  expect(reasons({ labels: { team: 7 } })).toEqual([["", "`labels.team` must be a string, got `7`."]]);
  expect(reasons({ labels: "web" })).toEqual([["labels", "must be an object whose values are strings, got `web`."]]);
});

test("a fault as a sentence of its own begins with the property", () => {
  expect(toSentence({ property: "count", expectation: "must be 1", received: 2 }, new Set())).toBe("`count` must be 1, got `2`.");
  expect(toSentence({ property: "", expectation: "Nothing fits" }, new Set())).toBe("Nothing fits.");
});

test("faulty values become unknown for further checks, and nothing beside them", () => {
  const { inputs, faults } = checkByTable(table, { count: "two", gate: { http: {} }, ratio: 1 });
  const gate = { http: { path: "/", port: unknownValue } };
  expect(withoutFaulty(inputs, faults)).toEqual({ count: unknownValue, gate, ratio: 1 });
  const listed = { stages: [{ count: "1" }, { count: "x" }], labels: "none" };
  const at = (property: string) => ({ property, expectation: "is wrong" });
  expect(withoutFaulty(listed, [at("stages[1].count"), at("labels.team")])).toEqual({
    stages: [{ count: "1" }, { count: unknownValue }],
    labels: unknownValue,
  });
});
