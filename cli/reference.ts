import { writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { checkout } from "../local/checkout";

/** `imagefleet reference`: writes the pages of `docs/` and the SDK, which come from tables. */
export function referenceCommand(): Command {
  return new Command("reference")
    .description("Write docs/reference.md, docs/findings.md and provider/sdk/ anew, from the tables that they come from.")
    .action(async () => {
      const { generatedFiles } = await import("../provider/generated.js");
      for (const [file, text] of Object.entries(generatedFiles())) writeFileSync(path.join(checkout, file), text);
    });
}
