import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import type { Difference } from "./diff";

const kinds = {
  add: { changed: PropertyDiff.Kind.ADD, replaced: PropertyDiff.Kind.ADD_REPLACE },
  delete: { changed: PropertyDiff.Kind.DELETE, replaced: PropertyDiff.Kind.DELETE_REPLACE },
  update: { changed: PropertyDiff.Kind.UPDATE, replaced: PropertyDiff.Kind.UPDATE_REPLACE },
};

/** The differences as the engine's detailed diff. A replacement is created before the old one is deleted. */
export function diffResponse(found: ReadonlyMap<string, Difference>): DiffResponse {
  const response = new DiffResponse();
  response.setChanges(found.size > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE);
  response.setHasdetaileddiff(true);
  response.setDiffsList([...found.keys()]);
  const replaces = [...found].filter(([, difference]) => difference.replaces).map(([name]) => name);
  response.setReplacesList(replaces);
  if (replaces.length === 0) response.addStables("id");
  for (const [name, { kind, replaces: replaced, ofInputs }] of found) {
    const detail = new PropertyDiff();
    detail.setKind(replaced ? kinds[kind].replaced : kinds[kind].changed);
    detail.setInputdiff(ofInputs);
    response.getDetaileddiffMap().set(name, detail);
  }
  return response;
}
