import { nodeSdk } from "./host/nodeSdk";
import { referencePage } from "./host/reference";
import { imagefleet } from "./imagefleet";
import { findingsPage } from "./source/inspect/findingsPage";

/** All files of the repository that come from tables: text by path inside the checkout. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const provider = imagefleet();
  const sdk = Object.entries(nodeSdk(provider)).map(([name, text]) => [`provider/sdk/${name}`, text] as const);
  return { "docs/reference.md": referencePage(provider), "docs/findings.md": findingsPage(), ...Object.fromEntries(sdk) };
}
