/** Takes secrets (as they are, and as JSON spells them) out of a text that others wrote, makes it one line, and keeps it short. */
export function quoted(text: string, secrets: readonly string[]): string {
  const spellings = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]).filter((spelling) => spelling !== "");
  const clean = spellings.reduce((rest, spelling) => rest.replaceAll(spelling, "[secret]"), text);
  const line = clean.replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** In characters: a proxy's error page is cut, a sentence of the API never. */
const longest = 500;
