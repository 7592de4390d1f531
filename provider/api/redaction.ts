/** Takes secrets out of a text that others wrote, makes it one line, and keeps it short. */
export function redact(text: string, secrets: readonly string[]): string {
  const clean = secrets.filter((secret) => secret !== "").reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
  const line = clean.replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** In characters: a proxy's error page is cut, a sentence of the API never. */
const longest = 500;
