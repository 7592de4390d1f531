import { createApi } from "./api/digitalOcean";
import { defaultEndpoint, endpointFault } from "./api/endpoint";
import type { Fault } from "./host/fault";
import { isKnown, type PropertyTable, type ValuesOf, type WithUnknowns } from "./host/property";
import { getImage } from "./functions/getImage";
import { inspectImage } from "./functions/inspectImage";
import { erase, eraseFunction, type Provider } from "./host/provider";
import { fleet } from "./resources/fleet/fleet";
import { imageImport } from "./resources/imageImport/imageImport";
import { imageReplica } from "./resources/imageReplica/imageReplica";
import { packaging } from "./packaging";
import { packageVersion } from "./sdk/version";
import type { StagingWorld } from "./source/stagingWorld";
import { createContext, type ProviderContext } from "./providerContext";

const configuration = {
  token: {
    shape: "string",
    secret: true,
    doc: "The DigitalOcean API token. Always kept secret. Default: `DIGITALOCEAN_TOKEN` of the environment, then `DIGITALOCEAN_ACCESS_TOKEN`; `digitalocean:token` is not read. A new token updates: resources stay, and one of another team is refused when they are read.",
  },
  apiEndpoint: {
    shape: "string",
    default: defaultEndpoint,
    doc: `Base URL of the API: https, or http on loopback. Default: \`DIGITALOCEAN_API_URL\` of the environment, then \`${defaultEndpoint}\`.`,
  },
  namespace: {
    shape: "string",
    default: "",
    doc: "Tells apart two states that share project and stack names on one account, so that neither takes over or deletes what the other owns. Default: empty.",
  },
  spacesAccessId: {
    shape: "string",
    doc: "Id of a Spaces key that may read, write and delete in `spacesBucket`. Images that DigitalOcean can't fetch by itself, local files first of all, pass through that bucket. Default: `SPACES_ACCESS_KEY_ID` of the environment.",
  },
  spacesSecretKey: {
    shape: "string",
    secret: true,
    doc: "The key's secret. Always kept secret. Default: `SPACES_SECRET_ACCESS_KEY` of the environment.",
  },
  spacesBucket: {
    shape: "string",
    doc: "Name of a Spaces bucket that exists; it may hold other things. Default: `SPACES_BUCKET` of the environment.",
  },
  spacesEndpoint: {
    shape: "string",
    doc: "Where the bucket is: an https URL without the bucket's name, in which `{{.Region}}` stands for the region that an image is imported to, or an http URL on loopback. Default: `SPACES_ENDPOINT_URL` of the environment, then `https://{{.Region}}.digitaloceanspaces.com`.",
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

/** imagefleet as the plugin serves it. Without `staging` it can be described and reads no local file. */
export function imagefleet(staging?: StagingWorld): Provider<ProviderContext, typeof configuration> {
  return {
    name: "imagefleet",
    version: packageVersion,
    doc: "A DigitalOcean custom image, its copies in other regions and the Droplets that run it, as one declared state.",
    packaging,
    accountDoc: "One DigitalOcean account, for a program that works on several: pass it as `provider` to a component or resource.",
    configuration,
    environment: {
      token: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"],
      apiEndpoint: ["DIGITALOCEAN_API_URL"],
      spacesAccessId: ["SPACES_ACCESS_KEY_ID"],
      spacesSecretKey: ["SPACES_SECRET_ACCESS_KEY"],
      spacesBucket: ["SPACES_BUCKET"],
      spacesEndpoint: ["SPACES_ENDPOINT_URL"],
    },
    checkConfiguration,
    configure({ token, apiEndpoint, namespace, ...given }, world) {
      if (token === undefined || token === "") throw new Error(`\`token\` ${missingToken.expectation}. ${missingToken.remedy ?? ""}`);
      const { spacesAccessId: accessId, spacesSecretKey: secretKey, spacesBucket: bucket, spacesEndpoint: endpoint } = given;
      const spaces = { accessId, secretKey, bucket, endpoint };
      return createContext({ api: createApi({ token, endpoint: apiEndpoint, world }), world, namespace, spaces, staging });
    },
    resources: [erase(imageImport), erase(imageReplica), erase(fleet)],
    functions: [eraseFunction(getImage), eraseFunction(inspectImage)],
  };
}

function checkConfiguration(given: WithUnknowns<Partial<Configuration>>): readonly Fault[] {
  if (!isKnown(given)) return [];
  const { token, apiEndpoint } = given;
  const endpoint = isKnown(apiEndpoint) && apiEndpoint !== undefined ? endpointFault(apiEndpoint) : undefined;
  return [
    ...(token === undefined || token === "" ? [missingToken] : []),
    ...(endpoint === undefined ? [] : [{ property: "apiEndpoint", expectation: endpoint }]),
  ];
}
