import { writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { checkout } from "../local/checkout";

/** `imagefleet reference`: writes the pages of `docs/` that come from tables. */
export function referenceCommand(): Command {
  return new Command("reference")
    .description("Write docs/reference.md, docs/findings.md and docs/emulator.md anew, from the tables that they come from.")
    .action(async () => {
      const { referencePage } = await import("../provider/host/reference.js");
      const { imagefleet } = await import("../provider/imagefleet.js");
      const { findingsPage } = await import("../provider/source/inspect/findingsPage.js");
      const { emulatorPage } = await import("../emulator/emulatorPage.js");
      const pages = { reference: referencePage(imagefleet), findings: findingsPage(), emulator: emulatorPage() };
      for (const [name, text] of Object.entries(pages)) {
        writeFileSync(path.join(checkout, "docs", `${name}.md`), text);
      }
    });
}
