import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { readPage } from "./blocks";

const root = path.resolve(__dirname, "../..");
const rooms = ["provider", "components", "construct", "packaging", "cli"];

/** What the engine says itself, or what is put together from parts: a test that meets it holds it. */
const meetings = [
  "tests/engine/outside/pipelines.test.ts",
  "tests/engine/outside/installed.test.ts",
  "tests/provider/resources/fleet/fleetFailures.test.ts",
];

const sources = [
  ...rooms.flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${room}/${name}`),
  ),
  ...meetings,
].map((file) => plain(readFileSync(path.join(root, file), "utf8")));

/** Without what code needs to say a sentence: escapes, backticks, and quotes where a long one goes on; nor what it says to its readers alone. */
function plain(text: string): string {
  const said = text.replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, "");
  return said.replace(/\\S\+/g, "").replace(/\\?`|\\/g, "").replace(/"?\s*\+\s*"?|"\s*\n\s*"/g, " ").replace(/\s+/g, " "); // prettier-ignore
}

const errors = [...readPage("docs/troubleshooting.md").matchAll(/^\*\*`(.*)`\*\*$/gm)].map(([, text = ""]) => text);

test("at least ten errors are answered", () => {
  expect(errors.length).toBeGreaterThanOrEqual(10);
});

test.each(errors)("`%s` is still said so", (text) => {
  const parts = text.split("…").map((part) => plain(part).trim()).filter((part) => part.length > 3); // prettier-ignore
  expect(parts.length).toBeGreaterThan(0);
  expect(sources.some((source) => parts.every((part) => source.includes(part)))).toBe(true);
});
