import { findingRules } from "./findings";

/** The page `docs/findings.md`, made from the table of rules. */
export function findingsPage(): string {
  const sections = findingRules.map(({ code, severity, message, remedy, source }) =>
    [`## ${code}`, `**${severity}**: ${message.replace(/\{(\w+)\}/g, "_$1_")}`, remedy, `Source: ${source}.`].join("\n\n"),
  );
  return [
    "# Findings of an inspection",
    "What `./bin/imagefleet inspect`, the function `inspectImage` and `pulumi preview` say about an image. An **error** means that the import or the boot will fail, a **warning** that it is likely to, a **note** is good to know. An image without errors is acceptable. This page is generated from the rules themselves.",
    ...sections,
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}
