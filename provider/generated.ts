import { nodeSdk } from "./host/nodeSdk";
import { referencePage } from "./host/reference";
import { imagefleet } from "./imagefleet";
import { findingsPage } from "./source/inspect/findingsPage";

/** All files of the repository that come from tables: text by path inside the checkout. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const sdk = Object.entries(nodeSdk(imagefleet)).map(([name, text]) => [`provider/sdk/${name}`, text] as const);
  return { "docs/reference.md": referencePage(imagefleet), "docs/findings.md": findingsPage(), ...Object.fromEntries(sdk) };
}
