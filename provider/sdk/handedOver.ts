import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** What is done to arguments before they leave the program, by name: `absolute` to paths, since the plugin's working folder need not be the program's. */
export interface Handling {
  readonly [name: string]: "secret" | "absolute" | Handling;
}

/** The same arguments for whoever runs elsewhere, whether they are known yet or not. */
export function handedOver<T>(given: T, handling: Handling): T {
  return later(given, (known) => {
    // What is no object at all is for the check to name.
    if (typeof known !== "object" || known === null) return known;
    const values = known as Readonly<Record<string, unknown>>;
    const handled = Object.entries(handling).flatMap(([name, how]) => {
      const value = values[name];
      return value === undefined ? [] : [[name, handledValue(value, how)] as const];
    });
    return { ...known, ...Object.fromEntries(handled) };
  });
}

function handledValue(value: unknown, how: Handling[string]): unknown {
  if (how === "secret") return pulumi.secret(value);
  if (how === "absolute") return later(value, (known) => (typeof known === "string" ? resolve(known) : known));
  return handedOver(value, how);
}

/** At once where the value is there, else when it is. */
function later<T>(value: T, change: (known: T) => T): T {
  if (!pulumi.Output.isInstance(value) && !(value instanceof Promise)) return change(value);
  return pulumi.output(value).apply((known) => pulumi.output(change(known as T))) as T;
}
