import type { FormatName } from "../../accepted";
import type { DiskFormat } from "./diskFormat";

/** What a server gives in an image's place: a page to sign in, an error message. */
export const texts: readonly DiskFormat[] = [
  text(
    "html",
    (head) =>
      isText(head) && /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body)\b/i.test(head.toString("utf8")),
  ),
  text("text", isText),
];

function text(name: FormatName, matches: (head: Buffer) => boolean): DiskFormat {
  return { name, matches, open: () => Promise.resolve({ format: name, virtualSizeBytes: undefined, traits: [], guest: undefined }) };
}

/** UTF-8 without a control character but those that lay out text; its last character may be cut. */
function isText(head: Buffer): boolean {
  try {
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true }));
  } catch {
    return false;
  }
}
