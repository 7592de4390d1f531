import { createApi } from "./api/digitalOcean";
import { defaultEndpoint, endpointFault } from "./api/endpoint";
import type { Fault } from "./host/fault";
import { isKnown, type PropertyTable, type ValuesOf, type WithUnknowns } from "./host/property";
import { getImage } from "./functions/getImage";
import { inspectImage } from "./functions/inspectImage";
import { erase, eraseFunction, type Provider } from "./host/provider";
import { fleet } from "./resources/fleet";
import { imageImport } from "./resources/imageImport";
import { imageReplica } from "./resources/imageReplica";
import { VERSION } from "./sdk/version";
import { createSession, type Session } from "./session";

const configuration = {
  token: {
    shape: "string",
    secret: true,
    doc: "The DigitalOcean API token. Also read from `DIGITALOCEAN_TOKEN`, then `DIGITALOCEAN_ACCESS_TOKEN`; `digitalocean:token` is not read.",
  },
  apiEndpoint: {
    shape: "string",
    default: defaultEndpoint,
    doc: `Where the API is: an https URL, or an http URL on loopback. Also read from \`DIGITALOCEAN_API_URL\`. Default: \`${defaultEndpoint}\`.`,
  },
  namespace: {
    shape: "string",
    default: "",
    doc: "Tells apart two states that share project and stack names on one account, so that neither takes over or deletes what is the other's. Default: empty.",
  },
} as const satisfies PropertyTable;

type Configuration = ValuesOf<typeof configuration>;

const missingToken: Fault = {
  property: "token",
  expectation: "must be set to a DigitalOcean API token",
  remedy:
    "It is read from the configuration `imagefleet:token`, then from the environment's `DIGITALOCEAN_TOKEN`, then `DIGITALOCEAN_ACCESS_TOKEN`; " +
    "`digitalocean:token` is not read.",
};

/** imagefleet as the plugin serves it. */
export const imagefleet: Provider<Session, typeof configuration> = {
  name: "imagefleet",
  version: VERSION,
  doc: "A DigitalOcean custom image, its copies in other regions and the Droplets that run it, as one declared state.",
  configuration,
  environment: { token: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"], apiEndpoint: ["DIGITALOCEAN_API_URL"] },
  checkConfiguration,
  configure({ token, apiEndpoint, namespace }, world) {
    if (token === undefined || token === "") throw new Error(`\`token\` ${missingToken.expectation}. ${missingToken.remedy ?? ""}`);
    return createSession({ api: createApi({ token, endpoint: apiEndpoint, world }), world, namespace });
  },
  resources: [erase(imageImport), erase(imageReplica), erase(fleet)],
  functions: [eraseFunction(getImage), eraseFunction(inspectImage)],
};

function checkConfiguration(given: WithUnknowns<Partial<Configuration>>): readonly Fault[] {
  if (!isKnown(given)) return [];
  const { token, apiEndpoint } = given;
  const endpoint = isKnown(apiEndpoint) && apiEndpoint !== undefined ? endpointFault(apiEndpoint) : undefined;
  return [
    ...(token === undefined || token === "" ? [missingToken] : []),
    ...(endpoint === undefined ? [] : [{ property: "apiEndpoint", expectation: endpoint }]),
  ];
}
