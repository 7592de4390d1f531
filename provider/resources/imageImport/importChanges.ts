import type { ImageChangesWire } from "../../api/wire";
import type { ProviderContext } from "../../providerContext";
import { tagsWithout } from "../../rules/tag";
import { sameDistribution } from "./distribution";
import type { ImageImportInputs, StoredImageImport } from "./imageImportTable";

type Described = Pick<StoredImageImport, "name" | "description" | "distribution" | "tags">;

/** Makes an image's name, description, distribution and tags what they are wanted to be: requests only for what differs. */
export async function reconcile(
  id: string,
  live: Described,
  wanted: ImageImportInputs,
  context: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  const watcher = context.watchers.of(id);
  const changes = changesBetween(live, wanted);
  if (Object.keys(changes).length > 0) watcher.learn(await context.api.images.update(id, changes, signal));
  const image = [{ resource_id: id, resource_type: "image" as const }];
  const [before, after] = [live.tags ?? [], wanted.tags ?? []];
  for (const tag of tagsWithout(after, before)) await context.api.tags.add(tag, image, signal);
  for (const tag of tagsWithout(before, after)) await context.api.tags.remove(tag, image, signal);
  watcher.forget();
}

/** Whether there is anything to do for `reconcile`. */
export function isChanged(live: Described, wanted: ImageImportInputs): boolean {
  const [before, after] = [live.tags ?? [], wanted.tags ?? []];
  const tags = [...tagsWithout(after, before), ...tagsWithout(before, after)];
  return tags.length > 0 || Object.keys(changesBetween(live, wanted)).length > 0;
}

function changesBetween(live: Described, { name, description = "", distribution = "Unknown" }: ImageImportInputs): ImageChangesWire {
  return {
    ...(live.name === name ? {} : { name }),
    ...((live.description ?? "") === description ? {} : { description }),
    ...(sameDistribution(live.distribution, distribution) ? {} : { distribution }),
  };
}
