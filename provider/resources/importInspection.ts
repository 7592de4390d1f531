import { withinTime } from "../api/timeLimit";
import type { Call } from "../host/resource";
import type { Session } from "../session";
import type { Finding } from "../source/inspect/findings";
import type { InspectionResult } from "../source/inspectSource";
import { inspectLater } from "../source/inspectLater";

/** In milliseconds. At most 4 MiB are read. */
const timeLimit = 60_000;

/**
 * Looks at what a new source's URL serves, before anything is spent. Throws one error that names `source` and says all that would make
 * the import or the boot fail; what is only likely to is warned of. A URL that can't be read is an error of `up`, and a warning of a
 * preview: it may not be there yet. The URL, which may be a secret, is in none of these.
 */
export async function inspectSource(url: string, when: "preview" | "up", session: Session, call: Call): Promise<void> {
  // FTP is for DigitalOcean alone to ask.
  if (/^ftp:/i.test(url)) return;
  const read = await readUrl(url, session, call.signal);
  if ("unreadable" in read) {
    if (when === "up") throw new Error(`\`source\` can't be imported. ${read.unreadable}`);
    call.warn(`\`source\` could not be inspected, and \`pulumi up\` will refuse it as long as that is so. ${read.unreadable}`);
    return;
  }
  const { findings } = read.inspection;
  for (const finding of findings.filter(({ severity }) => severity === "warning")) call.warn(`\`source\`: ${sentence(finding)}`);
  const errors = findings.filter(({ severity }) => severity === "error").map(sentence);
  if (errors.length > 0) throw new Error(["`source` is no image that a Droplet can run.", ...errors].join("\n"));
}

async function readUrl(url: string, session: Session, signal: AbortSignal): Promise<InspectionResult | { readonly unreadable: string }> {
  const { clock, send } = session.world;
  try {
    return await withinTime(clock, timeLimit, signal, (inner) => inspectLater().inspectUrl(url, { send, signal: inner }));
  } catch (error) {
    signal.throwIfAborted();
    const said = error instanceof Error ? error : new Error(String(error));
    if (said.name === "SourceUnreadable") return { unreadable: said.message };
    if (said.name === "TimeLimitError") return { unreadable: `The image's server is too slow: ${said.message}.` };
    throw said;
  }
}

function sentence({ code, message, remedy }: Finding): string {
  return `${message} ${remedy} (${code})`;
}
