/** `45 s`, `3 min 5 s`, `1 h 2 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** `45 s of about 2 min 0 s`; without the expectation where there is none, or where it has passed. */
export function elapsedOf(elapsed: number, expected: number | undefined): string {
  return expected === undefined || expected < elapsed ? duration(elapsed) : `${duration(elapsed)} of about ${duration(expected)}`;
}
