import type { Fault } from "../../host/fault";
import { isKnown, unknownValue, type WithUnknowns } from "../../host/property";
import { hasUnknown } from "../../host/values";
import type { ProviderContext } from "../../providerContext";
import { nearestCode } from "../../source/inspect/findings";
import { refuseUnfit } from "./importInspection";
import type { ImageImportInputs, StoredImageImport } from "./imageImportTable";
import { normalDigest } from "../../rules/digest";
import type { Source } from "./sourceIdentity";

type PartlyKnownInputs = Exclude<WithUnknowns<ImageImportInputs>, symbol>;

/** What the tables can't say: which parts of a source belong together. */
export function checkImport(inputs: PartlyKnownInputs, previous: StoredImageImport | undefined): readonly Fault[] {
  const { source } = inputs;
  if (!isKnown(source)) return [];
  if (source !== undefined) return sourceFaults(source);
  if (previous !== undefined) return [];
  const remedy = "Set `source.url` or `source.path`.";
  return [{ property: "source", expectation: "must be given for an image that doesn't exist yet", remedy }];
}

function sourceFaults(source: Exclude<WithUnknowns<Source>, symbol>): readonly Fault[] {
  const { url, path, sha256, follow, headers, verify, accept } = source;
  const faults: Fault[] = [];
  if ((url === undefined) === (path === undefined)) {
    faults.push({ property: "source", expectation: "must hold either `url` or `path`: where the one image is" });
  }
  if (path !== undefined) {
    for (const [name, value] of Object.entries({ follow, headers, verify })) {
      if (value !== undefined && value !== false) faults.push({ property: `source.${name}`, expectation: "must not be set beside `path`" });
    }
  }
  if (follow === true && sha256 !== undefined) {
    const expectation = "must not be set beside `sha256`, which says which bits are wanted";
    faults.push({ property: "source.follow", expectation, received: follow });
  }
  if (verify === "stage" && sha256 === undefined) {
    faults.push({ property: "source.sha256", expectation: "must be given where `verify` is `stage`, which compares the image with it" });
  }
  if (isKnown(url) && /^ftp:/i.test(url ?? "") && (headers !== undefined || verify === "stage" || follow === true)) {
    const expectation = "must be an http or https URL where `headers`, `verify` or `follow` want it asked from here";
    faults.push({ property: "source.url", expectation });
  }
  for (const [index, code] of (isKnown(accept) ? (accept ?? []) : []).entries()) {
    const nearest = isKnown(code) ? nearestCode(code) : undefined;
    if (nearest === undefined) continue;
    const expectation = `must be the code of a finding, such as \`${nearest}\``;
    faults.push({ property: `source.accept[${index}]`, expectation, received: code });
  }
  return faults;
}

/**
 * Fills in the digest of a local file, by which it is told from others, and refuses one that no Droplet can run. An image that exists
 * needs its file no more where the digest is declared.
 */
export async function completeImport(
  inputs: PartlyKnownInputs,
  previous: StoredImageImport | undefined,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<PartlyKnownInputs> {
  const { source } = inputs;
  if (!isKnown(source) || source?.path === undefined || !isKnown(source.sha256)) return inputs;
  const { path, sha256, recompress, accept } = source;
  if (!isKnown(path)) return { ...inputs, source: { ...source, sha256: sha256 ?? unknownValue } };
  if (sha256 !== undefined && previous?.digest === normalDigest(sha256)) return inputs;
  const digest = await context.sources.digest(path, signal);
  if (sha256 !== undefined && normalDigest(sha256) !== digest) {
    throw new Error(`\`source.sha256\` must be the digest of the file that \`source.path\` names, \`${digest}\`, got \`${sha256}\`.`);
  }
  // Of a replacement the engine asks twice, the second time without what was there before.
  if (previous === undefined)
    refuseUnfit(
      {
        path,
        recompress: isKnown(recompress) ? recompress : undefined,
        accept: hasUnknown(accept) ? undefined : (accept as string[] | undefined),
      },
      await context.sources.inspection(path, digest),
    );
  return { ...inputs, source: { ...source, sha256: sha256 ?? digest } };
}
