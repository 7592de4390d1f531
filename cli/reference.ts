import { writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { checkout } from "../local/checkout";

/** `imagefleet reference`: writes the pages of `docs/` and the SDK, which come from tables. */
export function referenceCommand(): Command {
  return new Command("reference")
    .description(
      "Write docs/reference.md, docs/findings.md, docs/emulator.md, docs/contract.md, provider/sdk/ and what local/ knows of the official package anew, from what they come from.",
    )
    .action(async () => {
      const { generatedFiles } = await import("../provider/generated.js");
      const { emulatorPage } = await import("../emulator/emulatorPage.js");
      const { contractPage } = await import("./contract/contractPage.js");
      const { officialDeclarationsFile, officialSchema } = await import("../local/digitalocean/officialSchema.js");
      const files = {
        ...generatedFiles(),
        "docs/emulator.md": emulatorPage(),
        "docs/contract.md": contractPage(),
        [officialDeclarationsFile]: officialSchema(),
      };
      for (const [file, text] of Object.entries(files)) writeFileSync(path.join(checkout, file), text);
    });
}
