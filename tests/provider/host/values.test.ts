import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { unknownValue } from "../../../provider/host/property";
import { decode, encode, equal, foreignKind, hasUnknown, type Values } from "../../../provider/host/values";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: JavaScriptValue) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const struct = (fields: Record<string, JavaScriptValue>) => Struct.fromJavaScript(fields);

test("a secret anywhere below makes its top-level property secret, and its value plain", () => {
  const { values, secrets } = decode(struct({ source: { urls: [secret("https://a"), "b"] }, name: "web", token: secret(unknown) }));
  expect(values).toEqual({ source: { urls: ["https://a", "b"] }, name: "web", token: unknownValue });
  expect([...secrets]).toEqual(["source", "token"]);
});

test("output values are read as what they hold, secret or not, known or not", () => {
  const output = (rest: Record<string, JavaScriptValue>) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...rest });
  const { values, secrets } = decode(struct({ a: output({ value: 1 }), b: output({ value: "x", secret: true }), c: output({}) }));
  expect(values).toEqual({ a: 1, b: "x", c: unknownValue });
  expect([...secrets]).toEqual(["b"]);
});

test("every marker of the engine is unknown, whatever its type", () => {
  const markers = ["1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"];
  expect(decode(struct({ list: [unknown, ...markers] })).values).toEqual({
    list: [unknownValue, unknownValue, unknownValue, unknownValue],
  });
});

test("null counts as not given, but keeps its place in a list", () => {
  expect(decode(struct({ a: null, b: { c: null, d: 1 }, e: [null, 1] })).values).toEqual({ b: { d: 1 }, e: [null, 1] });
});

test("assets and resource references are named, and go back as they came", () => {
  const wire = { asset: { [signature]: "c44067f5952c0a294b673a41bacd8c17", text: "x" } };
  const { values } = decode(struct(wire));
  expect(foreignKind(values["asset"])).toBe("an asset");
  expect(foreignKind("text")).toBeUndefined();
  expect(encode(values).toJavaScript()).toEqual(wire);
});

test("a kind of value that did not exist yet is refused", () => {
  expect(() => decode(struct({ a: { [signature]: "0000" } }))).toThrow(/a kind of value that this version of the provider does not know/);
});

test("undefined is left out at every depth; a known secret goes into its envelope, an unknown one does not", () => {
  const values: Values = { a: undefined, b: { c: undefined, d: [unknownValue] }, e: "s", f: unknownValue };
  expect(encode(values, new Set(["a", "e", "f"])).toJavaScript()).toEqual({ b: { d: [unknown] }, e: secret("s"), f: unknown });
});

test("what comes back is what was sent", () => {
  const wire = { text: "", number: 0, no: false, nested: { list: [[1], { a: "b" }] }, token: secret({ deep: ["x"] }), later: unknown };
  const { values, secrets } = decode(struct(wire));
  expect(encode(values, secrets).toJavaScript()).toEqual(wire);
});

test("equal compares every part; nothing equals an unknown, undefined equals absent", () => {
  expect(equal({ a: [1, { b: "x" }], c: undefined }, { a: [1, { b: "x" }] })).toBe(true);
  expect(equal({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  expect(equal({ a: 1 }, { a: 1, b: 1 })).toBe(false);
  expect(equal([], {})).toBe(false);
  expect(equal({ a: unknownValue }, { a: unknownValue })).toBe(false);
});

test("an unknown part is found at any depth", () => {
  expect(hasUnknown({ a: [{ b: unknownValue }] })).toBe(true);
  expect(hasUnknown({ a: [{ b: null }], c: undefined })).toBe(false);
});
