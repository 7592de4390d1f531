import { Unfinished } from "../../provider/host/fault";
import type { PropertyTable } from "../../provider/host/property";
import { erase, eraseFunction, type Provider } from "../../provider/host/provider";
import type { ResourceType } from "../../provider/host/resource";

const inputs = {
  name: {
    shape: "string",
    required: true,
    change: "replace",
    doc: "The machine's name.",
    rules: [{ expectation: "must be one word", holds: (name: string) => /^\S+$/.test(name) }],
  },
  size: { shape: "integer", default: 1, change: "roll", doc: "Size in units. Default: 1." },
  note: { shape: "string", change: "none", doc: "Free text." },
  regions: {
    formerly: "zones",
    shape: {
      listOf: "string",
      each: [{ expectation: "must be a region slug such as `ams3`", holds: (slug: string) => /^[a-z]+\d$/.test(slug) }],
    },
    doc: "Region slugs.",
  },
  gate: {
    shape: {
      object: {
        http: {
          shape: { object: { port: { shape: "integer", required: true, formerly: "listen", doc: "TCP port." } } },
          doc: "Asks by HTTP.",
        },
        password: { shape: "string", secret: true, doc: "Sent along." },
      },
    },
    doc: "When it serves.",
  },
  userData: { shape: "string", doc: "Handed to the machine." },
} as const satisfies PropertyTable;

const outputs = {
  address: { shape: "string", required: true, doc: "Where it listens." },
  key: { shape: "string", secret: true, doc: "How to get in." },
  live: { shape: { listOf: "string" }, doc: "What runs." },
} as const satisfies PropertyTable;

const configuration = {
  token: {
    shape: "string",
    required: true,
    secret: true,
    doc: "Key of the account.",
    whenMissing: "Set `toy:token`, or export `TOY_TOKEN`.",
  },
  parallel: { shape: "integer", default: 4, doc: "How many at once. Default: 4." },
} as const satisfies PropertyTable;

/** What the toy's handlers do beyond the ordinary is the test's affair. */
export type Machine = ResourceType<ToySession, typeof inputs, typeof outputs>;
export interface ToySession {
  readonly token: string;
  readonly parallel: number | undefined;
}

const machine: Machine = {
  token: "toy:index:Machine",
  doc: "A machine that exists in no cloud.",
  inputs,
  outputs,
  timeoutSeconds: { create: 600, update: 600, delete: 60 },
  create: (given) => Promise.resolve({ id: `m-${given.name}`, state: { ...given, address: "127.0.0.2", key: "open-sesame", live: [] } }),
  read: (id, known) => {
    if (id === "m-gone") return Promise.resolve(undefined);
    const name = id.slice("m-".length);
    return Promise.resolve({
      state: { ...known?.state, name, address: "127.0.0.9", key: "open-sesame" },
      inputs: { ...known?.inputs, name },
    });
  },
  update: (_id, state, given) => Promise.resolve({ ...given, address: state.address ?? "127.0.0.3", live: state.live ?? [] }),
  delete: () => Promise.resolve(),
};

/** Stops at the first region: what a rollout that ends early reports. */
export function unfinished(reason: string): Unfinished {
  return new Unfinished({
    id: "m-web",
    state: { name: "web", address: "127.0.0.2", userData: "top secret", live: ["one"] },
    reasons: [reason],
  });
}

/** A provider of one machine type, its handlers replaced as the test needs it. */
export function toyProvider(handlers: Partial<Machine> = {}): Provider<ToySession, typeof configuration> {
  return {
    name: "toy",
    version: "1.2.3",
    doc: "Machines that exist in no cloud.",
    accountDoc: "One account of machines.",
    configuration,
    environment: { token: ["TOY_TOKEN", "TOY_KEY"] },
    configure: ({ token, parallel }) => ({ token, parallel }),
    resources: [erase({ ...machine, ...handlers })],
    functions: [
      eraseFunction({
        token: "toy:index:getMachine",
        doc: "Finds a machine.",
        inputs: { name: { shape: "string", required: true, doc: "Its name." } },
        outputs: { address: { shape: "string", required: true, doc: "Where it listens." } },
        invoke: ({ name }: { name: string }, session: ToySession) => Promise.resolve({ address: `${name}.${session.token.length}` }),
      }),
    ],
  };
}
