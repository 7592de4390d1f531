import type { ImageWire } from "../../provider/api/wire";
import type { VirtualService } from "../../virtual/virtualService";

interface Lists {
  readonly at: number;
  readonly images: readonly ImageWire[];
  readonly tags: readonly { readonly name: string }[];
}

/** A service whose lists of images and tags lag behind what was done; reads by number show what is. */
export class LaggingLists {
  readonly #service: VirtualService;
  /** After each write, what there was. */
  #history: Lists[] = [];

  constructor(service: VirtualService) {
    this.#service = service;
  }

  async answer(request: Request, lagSeconds: number): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const key = pathname === "/v2/images" ? "images" : pathname === "/v2/tags" ? "tags" : undefined;
    if (request.method !== "GET") return this.#service.emulator.fetch(request).finally(async () => this.#history.push(await this.#lists()));
    const answer = await this.#service.emulator.fetch(request);
    if (key === undefined) return answer;
    const then = this.#history.findLast(({ at }) => at <= this.#service.clock.now() - lagSeconds * 1_000);
    const tag = searchParams.get("tag_name");
    const images = await Promise.all((then?.images ?? []).map(async (image) => ({ ...(await this.#now(image)), tags: image.tags })));
    const all =
      key === "tags"
        ? (then?.tags ?? [])
        : images.filter(({ status, tags }) => status !== "deleted" && (tag === null || tags?.includes(tag)));
    return Response.json({ [key]: all, links: {}, meta: { total: all.length } }, { headers: answer.headers });
  }

  /** How an image is now, but for one that is gone: an import ends, and one that failed is in no list, without a write. */
  async #now(image: ImageWire): Promise<ImageWire> {
    const answer = await this.#service.askBeside("GET", `/v2/images/${image.id}`);
    return answer.ok ? ((await answer.json()) as { image: ImageWire }).image : image;
  }

  async #lists(): Promise<Lists> {
    const { images } = await this.#service.watch<Pick<Lists, "images">>("/v2/images?private=true&per_page=200");
    const { tags } = await this.#service.watch<Pick<Lists, "tags">>("/v2/tags?per_page=200");
    return { at: this.#service.clock.now(), images, tags };
  }
}
