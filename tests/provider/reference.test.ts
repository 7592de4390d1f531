import { readFileSync } from "node:fs";
import path from "node:path";
import { referencePage } from "../../provider/host/reference";
import { imagefleet } from "../../provider/imagefleet";

test("docs/reference.md is what the tables say", () => {
  const page = readFileSync(path.resolve(__dirname, "../../docs/reference.md"), "utf8");
  // After a change of a table: npm run build && npm run reference
  expect(page).toBe(referencePage(imagefleet()));
});
