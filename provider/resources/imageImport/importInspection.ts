import { withTimeout } from "../../waiting/timeout";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { acceptedBy, type Finding } from "../../source/inspect/findings";
import type { Inspection } from "../../source/inspect/inspect";
import { inspectLater } from "../../source/inspect/inspectLater";
import { askSource } from "../../source/bytes/askSource";
import { stagingNeed } from "../../source/staging/stagingNeed";
import { normalUrl, type Source } from "./sourceIdentity";

/** In milliseconds. At most 4 MiB are read. */
const timeLimit = 60_000;

/** What stands in DigitalOcean's way alone, and not where the image passes through Spaces. */
const ofFetching: ReadonlySet<string> = new Set(["head-refused", "compression-refused"]);

/**
 * Looks at what a new source is, before anything is spent. Throws one error that names `source` and says all that would make the import or
 * the boot fail; what is only likely to is warned of. A URL that can't be read is an error of `up`, and a warning of a preview: it may not
 * be there yet. The URL, which may be a secret, is in none of these.
 *
 * Answers why the image has to pass through Spaces, undefined where DigitalOcean fetches it by itself; throws where it has to and Spaces
 * isn't configured.
 */
export async function inspectSource(
  source: Source,
  region: string,
  when: "preview" | "up",
  context: ProviderContext,
  call: Call,
): Promise<string | undefined> {
  const { sources } = context;
  const known = stagingNeed(source);
  if (known !== undefined) sources.staging(region, known);
  const read = await readSource(source, context, call.signal);
  if (read === undefined) return known;
  if ("unreadable" in read) {
    if (when === "up") throw new Error(`\`source\` can't be imported. ${read.unreadable}`);
    call.warn(`\`source\` could not be inspected, and \`pulumi up\` will refuse it as long as that is so. ${read.unreadable}`);
    return known;
  }
  const { compression } = read;
  const need = known ?? (source.recompress === "never" ? undefined : stagingNeed({ compression }));
  if (need !== undefined) sources.staging(region, need);
  refuseUnfit(source, read);
  for (const finding of acceptedBy(source.accept, "`source.accept`", read).findings.filter(({ severity }) => severity === "warning"))
    call.warn(`\`source\`: ${sentence(finding)}`);
  return need;
}

/** Throws one error that names `source`, with a line for each reason why no Droplet could run it. */
export function refuseUnfit(source: Source, inspection: Inspection): void {
  const { findings, compression } = acceptedBy(source.accept, "`source.accept`", inspection);
  const packs = source.recompress !== "never";
  const staged = stagingNeed(packs ? { ...source, compression } : source) !== undefined;
  const counts = ({ code }: Finding): boolean => !staged || !ofFetching.has(code) || (code === "compression-refused" && !packs);
  const errors = findings.filter((finding) => finding.severity === "error" && counts(finding)).map(sentence);
  if (errors.length > 0) throw new Error(["`source` is not an image that a Droplet can run.", ...errors].join("\n"));
}

async function readSource(
  source: Source,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<Inspection | { readonly unreadable: string } | undefined> {
  const { url = "", path, sha256 = "", headers } = source;
  if (path !== undefined) return context.sources.inspection(path, sha256);
  // FTP is for DigitalOcean alone to ask.
  if (/^ftp:/i.test(url)) return undefined;
  const { clock } = context.world;
  const send = askSource(context.world, headers);
  try {
    return (await withTimeout(clock, timeLimit, signal, (inner) => inspectLater().inspectUrl(normalUrl(url), { send, signal: inner })))
      .inspection;
  } catch (error) {
    signal.throwIfAborted();
    const said = error instanceof Error ? error : new Error(String(error));
    if (said.name === "SourceUnreadable") return { unreadable: said.message };
    if (said.name === "TimeoutError") return { unreadable: `The image's server is too slow: ${said.message}.` };
    throw said;
  }
}

function sentence({ code, message, remedy }: Finding): string {
  return `${message} ${remedy} (${code})`;
}
