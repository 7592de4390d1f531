import { z } from "zod";

/** A clause that continues the path of a value that is at fault. */
export const must = (expectation: string) => ({ error: expectation });

export const text = (expectation: string, pattern = /\S/) => z.string(must(expectation)).regex(pattern, must(expectation));
export const number = z.number(must("must be a number"));
export const integer = z.int(must("must be a whole number"));
export const boolean = z.boolean(must("must be true or false"));

/** A map of these keys and no others. */
export function map<T extends z.core.$ZodLooseShape>(shape: T) {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? `is not known here, where there can be ${known}` : `must be a map of ${known}`),
  });
}
