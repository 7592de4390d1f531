import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { generatedFiles } from "../../provider/generated";

const root = path.resolve(__dirname, "../..");
const files = generatedFiles();

test.each(Object.keys(files))("%s is what the tables say", (file) => {
  // After a change of a table: npm run build && npm run reference
  expect(readFileSync(path.join(root, file), "utf8")).toBe(files[file]);
});

test("provider/sdk holds nothing beside what is generated but the few files that are code", () => {
  const written = ["provider/sdk/declaration.ts", "provider/sdk/handedOver.ts", "provider/sdk/version.ts"];
  const generated = Object.keys(files).filter((file) => file.startsWith("provider/sdk/"));
  expect(
    readdirSync(path.join(root, "provider/sdk"))
      .map((file) => `provider/sdk/${file}`)
      .sort(),
  ).toEqual([...written, ...generated].sort());
});
