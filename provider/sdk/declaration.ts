import * as pulumi from "@pulumi/pulumi";
import { packageVersion, pluginDownloadUrl } from "./version";

/**
 * Every property of a resource by name, those not given as undefined: the SDK makes an output only of what it is handed, so an output
 * that is left out here would not exist on the resource at all.
 */
export function propertiesOf(names: readonly string[], args: object | undefined): pulumi.Inputs {
  return { ...Object.fromEntries(names.map((name) => [name, undefined])), ...args };
}

/** What the engine needs to find the plugin by itself, also where a `destroy` runs without the program. */
const plugin = { version: packageVersion, pluginDownloadURL: pluginDownloadUrl };

/** Options that ask for this package's own version of the plugin unless the program asks for another. */
export function versioned<O extends pulumi.ResourceOptions>(opts: O | undefined): O {
  return pulumi.mergeOptions(plugin, opts) as O;
}

/** The same for a function. */
export function invocation<O extends pulumi.InvokeOptions>(opts: O | undefined): O {
  return { ...plugin, ...opts } as O;
}
