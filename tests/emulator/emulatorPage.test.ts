import { readFileSync } from "node:fs";
import path from "node:path";

import { emulatorPage } from "../../emulator/emulatorPage";

test("docs/emulator.md is what `npm run reference` writes", () => {
  expect(readFileSync(path.resolve(__dirname, "../../docs/emulator.md"), "utf8")).toBe(emulatorPage());
});

test("the page lists routes with their fields, actions that are not modelled, and options with their defaults", () => {
  const page = emulatorPage();
  expect(page).toContain("- `POST /v2/images` (image:create); `name`, `distribution`, `description`, `url`, `region`, `tags`\n");
  expect(page).toContain("`volumes`: `[]`, otherwise 501");
  expect(page).toContain("  - action `password_reset`: 501");
  expect(page).toContain("| `transferTwice` | Transfer to a region while another transfer to it runs. | `refuse` | `accept` |");
  expect(page).toContain("| `importSeconds` |");
});
