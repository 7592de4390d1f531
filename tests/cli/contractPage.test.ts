import { readFileSync } from "node:fs";
import path from "node:path";
import { contractPage } from "../../cli/contract/contractPage";

test("docs/contract.md is what `npm run reference` writes", () => {
  expect(readFileSync(path.resolve(__dirname, "../../docs/contract.md"), "utf8")).toBe(contractPage());
});
