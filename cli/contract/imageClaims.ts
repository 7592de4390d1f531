import type { Claim, Seen } from "./claim";
import { cannotTell, seenStatus, seenValues } from "./seen";
import { demand, idIn, type Stage } from "./stage";

type Wire = Readonly<Record<string, unknown>>;

const transfer = (stage: Stage, id: number, region: string) => stage.ask("POST", `/v2/images/${id}/actions`, { type: "transfer", region });

/** What holds of custom images, in the order in which they are played: the last ones delete the run's image. */
export const imageClaims: readonly Claim[] = [
  {
    id: "image.post",
    claim: "POST of an image is answered 202 with its id, status `NEW`, no region and its tags.",
    source: "documented: images_create_custom",
    play: async (stage) => {
      const { status, body } = await stage.importAnswer();
      const image = (body?.["image"] ?? {}) as Wire;
      return seenValues(
        { status, ...image, isNumber: Number.isInteger(image["id"]), state: image["status"], answered: status },
        {
          ...{ answered: 202, isNumber: true, state: "NEW", regions: [], tags: [stage.run] },
        },
      );
    },
  },
  {
    id: "image.readAfterPost",
    claim: "An image can be read by its id as soon as it was posted.",
    source: "assumed: no lag",
    switch: "lagSeconds",
    play: async (stage) => {
      const { body } = await stage.importFrom(stage.imageUrl);
      return seenStatus(await stage.ask("GET", `/v2/images/${idIn(body, "image")}`), 200);
    },
  },
  {
    id: "image.listAfterPost",
    claim: "An image is in the list by its tag as soon as it was posted.",
    source: "assumed: no lag",
    switch: "listLagSeconds",
    play: async (stage) => {
      const { body } = await stage.importFrom(stage.imageUrl);
      const ids = (await stage.list<{ readonly id: number }>(`/v2/images?tag_name=${stage.run}`, "images")).map(({ id }) => id);
      return { holds: ids.includes(idIn(body, "image")), evidence: `posted ${idIn(body, "image")}, listed ${ids.join(", ") || "none"}` };
    },
  },
  {
    id: "image.distribution",
    claim: "A distribution that the service doesn't know reads back as `Unknown OS`.",
    source: "observed: terraform provider's acceptance test",
    play: async (stage) => seenValues(await read(stage, await stage.image()), { distribution: "Unknown OS" }),
  },
  {
    id: "image.available",
    claim: "An image that is `available` is in its region alone, and says the smallest disk and its size.",
    source: "documented: images_get",
    play: async (stage) => {
      const image = await read(stage, await stage.image());
      const [disk, size] = [image["min_disk_size"], image["size_gigabytes"]];
      const known = typeof disk === "number" && disk > 0 && typeof size === "number" && size > 0;
      return {
        ...seenValues(image, { regions: [stage.region] }),
        ...(!known && { holds: false }),
        evidence: JSON.stringify({ regions: image["regions"], disk, size }),
      };
    },
  },
  {
    id: "image.failedImport",
    claim: "An import of what can't be fetched is accepted, ends as `deleted`, and is in no list.",
    source: "observed: doctl#671",
    switch: "failedImportInLists",
    play: async (stage) => {
      const id = idIn(demand(await stage.importFrom(`${stage.imageUrl}.missing`), 202), "image");
      const image = await stage.until(`/v2/images/${id}`, "image", ({ status }) => status === "available" || status === "deleted");
      const listed = (await stage.list<{ readonly id: number }>("/v2/images?private=true", "images")).some((one) => one.id === id);
      return {
        holds: image["status"] === "deleted" && !listed,
        evidence: `${String(image["status"])}, ${listed ? "listed" : "not listed"}`,
      };
    },
  },
  {
    id: "image.redirect",
    claim: "The importer follows a redirect.",
    source: "assumed",
    switch: "sourceRedirect",
    play: async (stage) => {
      if (stage.redirectUrl === undefined) return cannotTell("no `--redirect-url` was given");
      return importEnds(stage, stage.redirectUrl, "available");
    },
  },
  {
    id: "image.head",
    claim: "The importer asks for HEAD before GET: an image whose host refuses HEAD ends as `deleted`.",
    source: "documented: images from a CDN without HEAD can't be imported",
    play: async (stage) => {
      if (stage.getOnlyUrl === undefined) return cannotTell("no `--get-only-url` was given");
      return importEnds(stage, stage.getOnlyUrl, "deleted");
    },
  },
  {
    id: "image.convert",
    claim: "`convert` of a custom image is refused with 422.",
    source: "documented: for backups alone",
    switch: "convertOfImage",
    play: async (stage) => seenStatus(await stage.ask("POST", `/v2/images/${await stage.image()}/actions`, { type: "convert" }), 422),
  },
  {
    id: "image.unknownAction",
    claim: "An unknown action is answered 404.",
    source: "observed",
    play: async (stage) => {
      const answer = await stage.ask("POST", `/v2/images/${await stage.image()}/actions`, { type: "polish" });
      return seenStatus(answer, 404, "The specified action type is not available");
    },
  },
  {
    id: "transfer.sameRegion",
    claim: "A transfer to a region that has the image is refused with 422.",
    source: "observed: api-v2#27",
    switch: "transferToSameRegion",
    play: async (stage) => seenStatus(await transfer(stage, await stage.image(), stage.region), 422),
  },
  {
    id: "transfer.action",
    claim: "A transfer is answered 201 with an action of the image and the region, in progress.",
    source: "documented: image actions",
    play: async (stage) => {
      const id = await stage.image();
      const { status: answered, body } = await transfer(stage, id, stage.otherRegion);
      return seenValues(
        { answered, ...(body?.["action"] as object) },
        {
          ...{ answered: 201, status: "in-progress", type: "transfer", completed_at: null },
          ...{ resource_id: id, resource_type: "image", region_slug: stage.otherRegion },
        },
      );
    },
  },
  {
    id: "transfer.twice",
    claim: "A second transfer to the same region is refused with 422 while the first one runs.",
    source: "assumed",
    switch: "transferTwice",
    play: async (stage) => {
      const id = await stage.image();
      await transfer(stage, id, stage.otherRegion);
      return seenStatus(await transfer(stage, id, stage.otherRegion), 422);
    },
  },
  {
    id: "image.deleteBusy",
    claim: "An image can be deleted while it is copied.",
    source: "assumed: the panel can cancel",
    switch: "deleteOfBusyImage",
    play: async (stage) => {
      const id = await stage.available(idIn((await stage.importFrom(stage.imageUrl)).body, "image"));
      demand(await transfer(stage, id, stage.otherRegion), 201);
      return seenStatus(await stage.ask("DELETE", `/v2/images/${id}`), 204);
    },
  },
  {
    id: "image.readDeleted",
    claim: "A deleted image is answered 404.",
    source: "observed",
    switch: "readOfDeletedImage",
    play: async (stage) => seenStatus(await stage.ask("GET", `/v2/images/${await deleted(stage)}`), 404),
  },
  {
    id: "image.deleteTwice",
    claim: "A second DELETE is refused with 422: the image is deleted already.",
    source: "observed",
    play: async (stage) => {
      return seenStatus(await stage.ask("DELETE", `/v2/images/${await deleted(stage)}`), 422, "Can not delete an already deleted image");
    },
  },
];

async function importEnds(stage: Stage, url: string, wanted: "available" | "deleted"): Promise<Seen> {
  const id = idIn((await stage.importFrom(url)).body, "image");
  const { status } = await stage.until(`/v2/images/${id}`, "image", (image) => ["available", "deleted"].includes(String(image["status"])));
  return { holds: status === wanted, evidence: String(status) };
}

async function read(stage: Stage, id: number): Promise<Wire> {
  return (await stage.ask("GET", `/v2/images/${id}`)).body?.["image"] as Wire;
}

/** An image of its own that was deleted. */
async function deleted(stage: Stage): Promise<number> {
  const id = await stage.available(idIn((await stage.importFrom(stage.imageUrl)).body, "image"));
  demand(await stage.ask("DELETE", `/v2/images/${id}`), 204);
  return id;
}
