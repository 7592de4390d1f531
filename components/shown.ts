/** A received value as a message shows it. An Output shows as what it is, for its value is not there yet. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null && ("apply" in value || "then" in value)) return "a value that is not known yet";
  return JSON.stringify(value);
}
