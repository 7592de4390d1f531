/**
 * Milliseconds until the server wants to be asked again, by its header `retry-after`; undefined where that says nothing that can be true.
 * `now` is our own time in milliseconds since the epoch.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get("retry-after");
  const [seconds, date] = [numberOf(text), dateOf(text)];
  if (seconds !== undefined) return seconds * 1_000;
  return date === undefined ? undefined : Math.max(0, date - serverTime(headers, now));
}

/** The server's own time, of its header `date`, which its other times are of, else ours: clocks differ. */
export function serverTime(headers: Headers, now: number): number {
  return dateOf(headers.get("date")) ?? now;
}

/** Of a header that holds a number that isn't negative. */
export function numberOf(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/** Of a date as HTTP spells it, milliseconds since the epoch. */
function dateOf(text: string | null): number | undefined {
  return text !== null && /^[A-Za-z]+, .* GMT$/.test(text.trim()) && !Number.isNaN(Date.parse(text)) ? Date.parse(text) : undefined;
}
