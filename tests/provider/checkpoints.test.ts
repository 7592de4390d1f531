import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { imagefleet } from "../../provider/imagefleet";
import type { StackState } from "../helpers/engine";
import { check, connect, configure, diff, secret } from "../protocol/connection";

const checkpoints = path.resolve(__dirname, "../fixtures/checkpoints");
const files = readdirSync(checkpoints, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
const resources = files.flatMap((file) => {
  const { deployment } = JSON.parse(readFileSync(path.join(checkpoints, file), "utf8")) as StackState;
  const own = (deployment.resources ?? []).filter(({ custom, type }) => custom && type.startsWith("imagefleet:"));
  return own.map((resource) => ({ title: `${file}: ${resource.type.split(":")[2] ?? ""} ${resource.urn.split("::")[3] ?? ""}`, resource }));
});

/** What a program says today that wants what these states hold. */
const renames: Readonly<Record<string, string>> = { successes: "successThreshold", alongside: "siblingRegions" };

test.each(resources)("$title is no change to this version, and no request", async ({ resource: { urn, id, inputs, outputs } }) => {
  const connection = await connect(imagefleet());
  await configure(connection, { token: secret("not-a-real-token"), apiEndpoint: "http://127.0.0.1:9" });
  const [oldInputs, olds] = [onTheWire(inputs), onTheWire(outputs)];

  const wanted = await check(connection, onTheWire(inputs, renames), oldInputs, urn);
  expect(wanted.failures).toEqual([]);
  const news = wanted.inputs as typeof oldInputs;
  expect(await diff(connection, { id, urn, olds, oldInputs, news })).toMatchObject({ changes: false, replaces: [], detailed: {} });
});

/** An exported value as the engine sends it to a provider: secrets are in a checkpoint as JSON text. */
function onTheWire(exported: unknown, names: Readonly<Record<string, string>> = {}): Record<string, JavaScriptValue> {
  const convert = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value !== "object" || value === null) return value;
    if ("plaintext" in value) return secret(JSON.parse(value.plaintext as string) as JavaScriptValue);
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [names[name] ?? name, convert(part)]));
  };
  return convert(exported) as Record<string, JavaScriptValue>;
}
