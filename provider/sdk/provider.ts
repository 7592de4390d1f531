// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
import * as pulumi from "@pulumi/pulumi";
import { versioned } from "./declaration";
import { handedOver } from "./handedOver";

/** One DigitalOcean account, for a program that works on several: pass it as `provider` to a component or resource. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const secrets = { additionalSecretOutputs: ["token", "spacesSecretKey"] };
    super("imagefleet", name, { ...handedOver(args, handling) }, pulumi.mergeOptions(versioned(opts), secrets));
  }
}

/** The arguments of `Provider`. */
export interface ProviderArgs {
  /**
   * The DigitalOcean API token. Always kept secret. Default: `DIGITALOCEAN_TOKEN` of the environment, then `DIGITALOCEAN_ACCESS_TOKEN`;
   * `digitalocean:token` is not read. A new token updates: resources stay, and one of another team is refused when they are read.
   */
  readonly token?: pulumi.Input<string | undefined>;
  /**
   * Base URL of the API: https, or http on loopback. Default: `DIGITALOCEAN_API_URL` of the environment, then
   * `https://api.digitalocean.com`.
   */
  readonly apiEndpoint?: pulumi.Input<string | undefined>;
  /**
   * Tells apart two states that share project and stack names on one account, so that neither takes over or deletes what the other owns.
   * Default: empty.
   */
  readonly namespace?: pulumi.Input<string | undefined>;
  /**
   * Id of a Spaces key that may read, write and delete in `spacesBucket`. Images that DigitalOcean can't fetch by itself, local files first
   * of all, pass through that bucket. Default: `SPACES_ACCESS_KEY_ID` of the environment.
   */
  readonly spacesAccessId?: pulumi.Input<string | undefined>;
  /** The key's secret. Always kept secret. Default: `SPACES_SECRET_ACCESS_KEY` of the environment. */
  readonly spacesSecretKey?: pulumi.Input<string | undefined>;
  /** Name of a Spaces bucket that exists; it may hold other things. Default: `SPACES_BUCKET` of the environment. */
  readonly spacesBucket?: pulumi.Input<string | undefined>;
  /**
   * Where the bucket is: an https URL without the bucket's name, in which `{{.Region}}` stands for the region that an image is imported to,
   * or an http URL on loopback. Default: `SPACES_ENDPOINT_URL` of the environment, then `https://{{.Region}}.digitaloceanspaces.com`.
   */
  readonly spacesEndpoint?: pulumi.Input<string | undefined>;
}

const handling = { token: "secret", spacesSecretKey: "secret" } as const;
