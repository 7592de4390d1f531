import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeOnce } from "../../local/makeOnce";

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), "imagefleet-once-"));
  folder = path.join(parent, "made");
});

afterEach(() => rmSync(parent, { recursive: true }));

function write(text: string): (draft: string) => Promise<void> {
  return (draft) => writeFile(path.join(draft, "file"), text);
}

test("makes nothing where the folder is there", async () => {
  await makeOnce(folder, write("first"));
  await makeOnce(folder, write("second"));
  expect(readFileSync(path.join(folder, "file"), "utf8")).toBe("first");
});

test("a failure leaves nothing, and the next one may try", async () => {
  await expect(makeOnce(folder, () => Promise.reject(new Error("no room")))).rejects.toThrow("no room");
  expect(readdirSync(parent)).toEqual([]);
  await makeOnce(folder, write("again"));
  expect(readdirSync(parent)).toEqual(["made"]);
});

test("takes over from one that has given no sign of life for a while", async () => {
  const turn = `${folder}.turn`;
  writeFileSync(turn, "");
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(turn, longAgo, longAgo);

  await makeOnce(folder, write("taken over"));

  expect(readdirSync(parent)).toEqual(["made"]);
});
