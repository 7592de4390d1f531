import * as pulumi from "@pulumi/pulumi";
import { packageVersion, pluginDownloadUrl } from "./version";

/** What the engine needs to find the plugin by itself, also where a `destroy` runs without the program. */
const plugin = { version: packageVersion, pluginDownloadURL: pluginDownloadUrl };

/**
 * A resource with an output for every one of its properties, also of those that aren't given: the SDK makes an output only of what it is
 * handed. It takes four stack traces for each, to say whose promise was never settled; they cost a third of what a program takes to declare
 * its resources, and are taken without frames unless somebody looks for such a promise.
 */
export class DeclaredResource extends pulumi.CustomResource {
  constructor(type: string, name: string, properties: readonly string[], args: object | undefined, opts?: pulumi.CustomResourceOptions) {
    const limit = Error.stackTraceLimit;
    if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) Error.stackTraceLimit = 0;
    try {
      super(type, name, { ...Object.fromEntries(properties.map((property) => [property, undefined])), ...args }, versioned(opts));
    } catch (error) {
      Error.stackTraceLimit = limit;
      if (error instanceof Error) Error.captureStackTrace(error, new.target);
      throw error;
    } finally {
      Error.stackTraceLimit = limit;
    }
  }
}

/** Options that ask for this package's own version of the plugin unless the program asks for another. */
export function versioned<O extends pulumi.ResourceOptions>(opts: O | undefined): O {
  return pulumi.mergeOptions(plugin, opts) as O;
}

/** The same for a function. */
export function invocation<O extends pulumi.InvokeOptions>(opts: O | undefined): O {
  return { ...plugin, ...opts } as O;
}
