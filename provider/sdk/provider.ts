import * as pulumi from "@pulumi/pulumi";
import { versioned } from "./declaration";

/** One DigitalOcean account, for a program that works on several: pass it as `provider` to a component or resource. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const token = args.token === undefined ? undefined : pulumi.secret(args.token);
    super("imagefleet", name, { ...args, token }, pulumi.mergeOptions(versioned(opts), { additionalSecretOutputs: ["token"] }));
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
}
