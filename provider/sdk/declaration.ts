import * as pulumi from "@pulumi/pulumi";
import { packageVersion, pluginDownloadUrl } from "./version";

/** What the engine needs to find the plugin by itself, also where a `destroy` runs without the program. */
const plugin = { version: packageVersion, pluginDownloadURL: pluginDownloadUrl };

/** How a resource is constructed: see `withoutFrames`. */
export interface Construction {
  /** The error with the frames from whoever constructs the resource on. */
  failed(error: unknown): unknown;
  end(): void;
}

/**
 * The SDK takes four stack traces for each property of a resource, to say whose promise was never settled. They are half of what it costs to
 * declare a resource, so until the end of the construction they are taken without frames, unless somebody looks for such a promise. The
 * constructor calls it itself: with another class in between the engine would be told that the program's line is in here.
 */
export function withoutFrames(constructed: abstract new (...args: never) => pulumi.Resource): Construction {
  const limit = Error.stackTraceLimit;
  const end = (): void => void (Error.stackTraceLimit = limit);
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined) Error.stackTraceLimit = 0;
  return {
    end,
    failed: (error) => {
      end();
      if (error instanceof Error) Error.captureStackTrace(error, constructed);
      return error;
    },
  };
}

/**
 * Every property of a resource by name, those not given as undefined: the SDK makes an output only of what it is handed, so an output
 * that is left out here would not exist on the resource at all.
 */
export function propertiesOf(names: readonly string[], args: object | undefined): pulumi.Inputs {
  return { ...Object.fromEntries(names.map((name) => [name, undefined])), ...args };
}

/** Options that ask for this package's own version of the plugin unless the program asks for another. */
export function versioned<O extends pulumi.ResourceOptions>(opts: O | undefined): O {
  return pulumi.mergeOptions(plugin, opts) as O;
}

/** The same for a function. */
export function invocation<O extends pulumi.InvokeOptions>(opts: O | undefined): O {
  return { ...plugin, ...opts } as O;
}
