import { ApiError, invalid, page, type Answer } from "../answers";
import { requiredText } from "../fields";
import type { ApiCall, Route } from "../route";
import { actionsOf, formatAction, requireAction, runningRegions, startAction } from "./actions";
import { requireImage, requireOwnImage, type ImageRow } from "./images";
import { findRegion, requireRegion } from "./regions";

function actOnImage(call: ApiCall): Answer {
  const image = requireOwnImage(call);
  switch (call.body.type) {
    case "transfer":
      return transferImage(call, image);
    case "convert":
      return convertImage(call, image);
    default:
      throw new ApiError(404, "The specified action type is not available.");
  }
}

function transferImage({ cloud, team, body }: ApiCall, image: ImageRow): Answer {
  const { options } = cloud;
  const region = requireRegion(cloud, requiredText(body, "region"));
  if (image.status !== "available") throw invalid("Image is not available for transfer.");
  if (!region.features.includes("image_transfer")) throw invalid("Region does not support image transfers.");
  if (options.transferToSameRegion === "refuse" && image.regions.includes(region.slug)) {
    throw invalid("Image is already available in that region.");
  }
  if (options.transferTwice === "refuse" && runningRegions(team, image.id).includes(region.slug)) {
    throw invalid("Image is already being transferred to that region.");
  }
  const seconds = options.transferSecondsByRegion[region.slug] ?? options.transferSeconds;
  const work = { type: "transfer", resourceId: image.id, resourceType: "image", regionSlug: region.slug, seconds } as const;
  const action = startAction(cloud, team, { ...work, fault: cloud.faults.ofAction("transfer", region.slug) }, (completed) => {
    if (completed) image.regions = [...new Set([...image.regions, region.slug])];
  });
  return { status: 201, body: { action: formatAction(cloud, action) } };
}

function convertImage({ cloud, team }: ApiCall, image: ImageRow): Answer {
  if (cloud.options.convertOfImage === "refuse") throw invalid("Only a backup can be converted to a snapshot.");
  const regionSlug = image.regions[0] ?? "";
  if (findRegion(cloud, regionSlug) === undefined) throw invalid("Image is not available for conversion.");
  const work = { type: "convert", resourceId: image.id, resourceType: "image", regionSlug, seconds: cloud.options.importSeconds } as const;
  const action = startAction(cloud, team, { ...work, fault: undefined }, () => undefined);
  return { status: 201, body: { action: formatAction(cloud, action) } };
}

export const imageActionRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/v2/images/:image/actions",
    scope: "image:update",
    actions: { transfer: { region: "modelled" }, convert: {} },
    handle: actOnImage,
  },
  {
    method: "GET",
    path: "/v2/images/:image/actions",
    scope: "image:read",
    handle: (call) => {
      const actions = actionsOf(call.team, "image", requireImage(call).id);
      return page(call, "actions", actions, (action) => formatAction(call.cloud, action));
    },
  },
  {
    method: "GET",
    path: "/v2/images/:image/actions/:action",
    scope: "image:read",
    handle: (call) => ({ status: 200, body: { action: formatAction(call.cloud, requireAction(call, requireImage(call).id)) } }),
  },
];
