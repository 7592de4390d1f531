import { openFile } from "../bytes/fileSource";
import type { OpenedSource } from "../bytes/openedSource";
import { inspect, type Inspection } from "./inspect";
import type { Files } from "../bytes/localFile";
import { openUrl, type UrlAccess } from "../bytes/urlSource";

export interface InspectionResult {
  readonly inspection: Inspection;
  /** Bytes read of the file, or received from the server: at most 256 MiB or 4 MiB. */
  readonly bytesRead: number;
}

/** Inspects a local file, one of `files` where those are not this machine's. Throws `SourceUnreadable`, one sentence, where it can't be read. */
export async function inspectFile(path: string, files?: Files): Promise<InspectionResult> {
  return inspectAndClose(await openFile(path, files));
}

/**
 * Inspects what an http or https URL serves. Throws `SourceUnreadable`, one sentence without the URL, where it can't be read, and the
 * signal's reason where it aborts.
 */
export async function inspectUrl(url: string, access: UrlAccess): Promise<InspectionResult> {
  return inspectAndClose(await openUrl(url, access));
}

async function inspectAndClose(source: OpenedSource): Promise<InspectionResult> {
  try {
    return { inspection: await inspect(source), bytesRead: source.bytesRead };
  } finally {
    await source.close();
  }
}
