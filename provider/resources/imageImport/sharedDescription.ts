import type { ImageWire } from "../../api/wire";
import type { Call } from "../../host/resource";
import type { ProviderContext } from "../../providerContext";
import { tagsWithout } from "../../rules/tag";
import { isChanged, reconcile } from "./importChanges";
import type { ImageImportInputs, StoredImageImport } from "./imageImportTable";
import { liveInputs, othersOn } from "./importState";

/**
 * Makes an image's name, description, distribution and tags what they are wanted to be, as far as it isn't others who say so: the
 * earliest owner describes it, and a tag stays that another owner may have declared. What stays otherwise is said, once.
 */
export async function shareDescription(
  { id }: Pick<ImageWire, "id">,
  wanted: ImageImportInputs,
  ownerTag: string | undefined,
  context: ProviderContext,
  call: Call,
  before?: StoredImageImport,
): Promise<void> {
  const number = String(id);
  if (before !== undefined && !isChanged(before, wanted)) return;
  const image = await context.watchers.of(number).image(call.signal);
  const { shared, describedByOther } = image === undefined ? { shared: false, describedByOther: false } : othersOn(image, ownerTag);
  if (image === undefined || !shared) {
    await reconcile(number, before ?? wanted, wanted, context, call.signal);
    return;
  }
  const live = liveInputs(image, { ...wanted, tags: [] });
  const described = describedByOther ? live : wanted;
  const dropped = tagsWithout(before?.tags ?? [], wanted.tags ?? []);
  const { name, description, distribution } = described;
  await reconcile(
    number,
    { ...live, tags: live.tags },
    {
      ...wanted,
      ...(name === undefined ? {} : { name }),
      description,
      distribution,
      tags: [...(live.tags ?? []), ...tagsWithout(wanted.tags ?? [], live.tags ?? [])],
    },
    context,
    call.signal,
  );
  if (describedByOther && before === undefined && wanted.name !== image.name) {
    call.info(`Image ${number} keeps the name \`${image.name}\`, description and distribution that its earliest owner has given it.`);
  }
  if (dropped.length > 0) call.info(`Image ${number} keeps ${dropped.map((tag) => `\`${tag}\``).join(", ")}: others own it, too.`);
}
