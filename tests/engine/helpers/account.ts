import type { EmulatorUnderTest } from "../../helpers/emulator";

/** What is there of a team at the service. */
export interface Account {
  /** Their regions by slug: copies that run at once end in any order. */
  readonly images: readonly { readonly id: string; readonly regions: readonly string[] }[];
  /** By name. */
  readonly droplets: readonly DropletThere[];
  readonly tags: readonly string[];
}

interface DropletThere {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** The image's number. */
  readonly image: string;
  /** Whether it carries the serving tag. */
  readonly serving: boolean;
}

/** An account after `destroy`. */
export const nothing: Account = { images: [], droplets: [], tags: [] };

/** What the team of the emulator's own token has. */
export async function accountOf({ call }: EmulatorUnderTest): Promise<Account> {
  const list = async <Wire>(key: string, query = ""): Promise<readonly Wire[]> => {
    const { status, body } = await call<Readonly<Record<string, readonly Wire[]>>>("GET", `/v2/${key}?per_page=200${query}`);
    if (body[key] === undefined) throw new Error(`GET /v2/${key} answered ${status}: ${JSON.stringify(body)}`);
    return body[key];
  };
  const [images, droplets, tags] = [
    await list<ImageWire>("images", "&private=true"),
    await list<DropletWire>("droplets"),
    await list<TagWire>("tags"),
  ];
  return {
    images: images.map(({ id, regions }) => ({ id: String(id), regions: [...regions].sort() })),
    droplets: droplets
      .map(({ id, name, region, image, tags: carried }) => {
        const serving = carried.some((tag) => tag.startsWith("imagefleet:serving:"));
        return { id: String(id), name, region: region.slug, image: String(image.id), serving };
      })
      .sort((one, other) => one.name.localeCompare(other.name)),
    tags: tags.map(({ name }) => name),
  };
}

/** The names of all tags of that team, and those that its images carry, both sorted: they are the same unless a tag was left over. */
export async function tagsOf({
  call,
}: EmulatorUnderTest): Promise<{ readonly there: readonly string[]; readonly carried: readonly string[] }> {
  const { tags } = (await call<{ readonly tags: readonly TagWire[] }>("GET", "/v2/tags?per_page=200")).body;
  const { images } = (await call<{ readonly images: readonly ImageWire[] }>("GET", "/v2/images?private=true&per_page=200")).body;
  const carried = new Set(images.flatMap((image) => image.tags));
  return { there: tags.map(({ name }) => name).sort(), carried: [...carried].sort() };
}

interface ImageWire {
  readonly id: number;
  readonly regions: readonly string[];
  readonly tags: readonly string[];
}

interface DropletWire {
  readonly id: number;
  readonly name: string;
  readonly region: { readonly slug: string };
  readonly image: { readonly id: number };
  readonly tags: readonly string[];
}

interface TagWire {
  readonly name: string;
}

/** The status that each address answers on port 8080. */
export function answersOf(addresses: unknown): Promise<readonly number[]> {
  return Promise.all((addresses as readonly string[]).map(async (address) => (await fetch(`http://${address}:8080/`)).status));
}
