import type { Property } from "../../provider/host/property";
import type { Provider } from "../../provider/host/provider";
import { version } from "@pulumi/digitalocean/package.json";
import type { Account } from "./api";
import { projectTypes } from "./projects";
import { reservedIpTypes } from "./reservedIps";
import { resourceOfRow } from "./resourceOfRow";
import { table } from "./table";

const ignored: Property = { shape: "string", doc: "Taken, as the official plugin does, and not used." };

const configuration = {
  token: {
    shape: "string",
    doc: "Token of the account.",
    required: true,
    secret: true,
    whenMissing: "Set `digitalocean:token`, or export `DIGITALOCEAN_TOKEN`.",
  },
  apiEndpoint: { shape: "string", doc: "Address of the API, without a path.", default: "https://api.digitalocean.com" },
  httpRetryMax: ignored,
  httpRetryWaitMax: ignored,
  httpRetryWaitMin: ignored,
  requestsPerSecond: ignored,
  spacesAccessId: ignored,
  spacesEndpoint: ignored,
  spacesSecretKey: { ...ignored, secret: true },
} as const satisfies Record<string, Property>;

/** Stands in for the official plugin where that cannot be downloaded: the types of the table, under its name and version. */
export const standIn: Provider<Account, typeof configuration> = {
  name: "digitalocean",
  version,
  doc: "A stand-in for the few digitalocean types that this project's stacks use.",
  configuration,
  environment: { token: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"], apiEndpoint: ["DIGITALOCEAN_API_URL"] },
  configure: ({ token, apiEndpoint }, world) => ({ token, apiEndpoint, send: world.send, clock: world.clock }),
  resources: [...table.map(resourceOfRow), ...reservedIpTypes, ...projectTypes],
};
