import type { EmulatorArgs } from "../../emulator/emulator";
import type { ImageHost } from "../../emulator/importer";
import type { RecordedNetwork } from "../../emulator/network";
import type { RequestLog } from "../../emulator/requestLog";
import type { VirtualClock } from "../../virtual/virtualClock";
import { chunks, VirtualService } from "../../virtual/virtualService";

/** An answer, its body as the test expects it to be. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The emulator as a function, on virtual time, with files in memory for images. */
export interface InMemoryEmulator {
  readonly clock: VirtualClock;
  readonly network: RecordedNetwork;
  readonly requests: RequestLog;
  /** Files by URL; `null` answers 404. Every one is `disk()` unless set. */
  readonly files: Map<string, Buffer | null>;
  /** Where URLs redirect to. */
  readonly redirects: Map<string, string>;
  readonly call: <Body = unknown>(method: string, path: string, body?: unknown, token?: string) => Promise<Answer<Body>>;
  readonly control: <Body = unknown>(path: string, body?: unknown, method?: string) => Promise<Answer<Body>>;
  /** Imports an image, adds regions to it, and returns its id. */
  readonly image: (regions?: readonly string[], fields?: object) => Promise<number>;
  /** Adds an SSH key and returns its id. */
  readonly key: () => Promise<number>;
  /** Makes Droplets that are `active` and returns their ids. */
  readonly droplets: (names: readonly string[], fields?: object) => Promise<number[]>;
  readonly close: () => void;
}

export const token = "dop_v1_test";
export const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEpTMzVhUjRkYzFkYzFkYzFkYzFkYzFkYzFkYzFk me@example.com";

/** The beginning of a qcow2 file whose disk has so many GiB. */
export function disk(gibibytes = 2, mark = 0): Buffer {
  const bytes = Buffer.alloc(512, mark);
  bytes.write("QFI\u00fb", 0, "latin1");
  bytes.writeBigUInt64BE(BigInt(gibibytes) * 2n ** 30n, 24);
  return bytes;
}

export function inMemory(args: Partial<EmulatorArgs> & { readonly randomSeed?: number } = {}): InMemoryEmulator {
  const files = new Map<string, Buffer | null>();
  const redirects = new Map<string, string>();
  const source: ImageHost = {
    request: (_, url) => {
      const location = redirects.get(url);
      if (location !== undefined) return Promise.resolve({ status: 302, location, body: chunks(Buffer.alloc(0)) });
      const bytes = files.has(url) ? files.get(url) : disk();
      return Promise.resolve({ status: bytes ? 200 : 404, body: chunks(bytes ?? Buffer.alloc(0)) });
    },
  };
  const service = new VirtualService(args.randomSeed ?? 1, { token, source, ...args });
  const { clock, network, emulator } = service;

  const call = async <Body = unknown>(method: string, path: string, body?: unknown, bearer = token): Promise<Answer<Body>> => {
    const response = await clock.run(service.ask(method, path, body, bearer));
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === "" ? undefined : JSON.parse(text)) as Body };
  };
  const control = <Body = unknown>(path: string, body?: unknown, method = body === undefined ? "GET" : "POST"): Promise<Answer<Body>> => {
    return call<Body>(method, `/_emulator/${path}`, body);
  };
  const image = async (regions: readonly string[] = ["nyc3"], fields: object = {}): Promise<number> => {
    const [home, ...others] = regions;
    const asked = { name: "web", url: "http://127.0.0.1/web.qcow2", region: home, ...fields };
    const { body } = await call<{ image: { id: number } }>("POST", "/v2/images", asked);
    await clock.advance(500);
    for (const region of others) await call("POST", `/v2/images/${body.image.id}/actions`, { type: "transfer", region });
    if (others.length > 0) await clock.advance(2000);
    return body.image.id;
  };
  const key = async (): Promise<number> => {
    const answer = await call<{ ssh_key: { id: number } }>("POST", "/v2/account/keys", { name: "me", public_key: publicKey });
    return answer.body.ssh_key.id;
  };
  const droplets = async (names: readonly string[], fields: object = {}): Promise<number[]> => {
    const asked = { names, region: "nyc3", size: "s-1vcpu-1gb", image: "debian-13-x64", ...fields };
    const { body } = await call<{ droplets: { id: number }[] }>("POST", "/v2/droplets", asked);
    await clock.advance(1000);
    return body.droplets.map(({ id }) => id);
  };
  return {
    clock,
    network,
    requests: emulator.requests,
    files,
    redirects,
    call,
    control,
    image,
    key,
    droplets,
    close: () => emulator.close(),
  };
}
