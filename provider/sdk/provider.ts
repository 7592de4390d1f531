import * as pulumi from "@pulumi/pulumi";
import { versioned } from "./declaration";

/** One DigitalOcean account, for a program that works on several: pass it as `provider` to a component or resource. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const secret = (value: pulumi.Input<string | undefined>) => (value === undefined ? undefined : pulumi.secret(value));
    const secrets = { token: secret(args.token), spacesSecretKey: secret(args.spacesSecretKey) };
    const additionalSecretOutputs = Object.keys(secrets);
    super("imagefleet", name, { ...args, ...secrets }, pulumi.mergeOptions(versioned(opts), { additionalSecretOutputs }));
  }
}

/** Each argument that is not given is taken from the environment of the plugin, where it says so. */
export interface ProviderArgs {
  /**
   * The API token, always kept secret. Default: `DIGITALOCEAN_TOKEN`, then `DIGITALOCEAN_ACCESS_TOKEN`. A new token updates; resources
   * stay, and one of another team is refused when they are read.
   */
  readonly token?: pulumi.Input<string | undefined>;
  /** Base URL of the API. Default: `DIGITALOCEAN_API_URL`, then `https://api.digitalocean.com`. Plain HTTP is for loopback only. */
  readonly apiEndpoint?: pulumi.Input<string | undefined>;
  /**
   * Tells apart two states that share project and stack names on one account: it enters the tags by which an interrupted create is found
   * again. Default: empty.
   */
  readonly namespace?: pulumi.Input<string | undefined>;
  /**
   * Id of a Spaces key that may read, write and delete in `spacesBucket`: images that DigitalOcean can't fetch by itself, local files first
   * of all, pass through that bucket. Default: `SPACES_ACCESS_KEY_ID`.
   */
  readonly spacesAccessId?: pulumi.Input<string | undefined>;
  /** The key's secret, always kept secret. Default: `SPACES_SECRET_ACCESS_KEY`. */
  readonly spacesSecretKey?: pulumi.Input<string | undefined>;
  /** Name of a Spaces bucket that exists; it may hold other things. Default: `SPACES_BUCKET`. */
  readonly spacesBucket?: pulumi.Input<string | undefined>;
  /**
   * Where the bucket is: an https URL without the bucket's name, in which `{{.Region}}` stands for the region that an image is imported to.
   * Default: `SPACES_ENDPOINT_URL`, then `https://{{.Region}}.digitaloceanspaces.com`.
   */
  readonly spacesEndpoint?: pulumi.Input<string | undefined>;
}
