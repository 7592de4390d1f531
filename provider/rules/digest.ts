/** A SHA-256 as it is compared and written: in lower case. */
export function normalDigest(sha256: string): string {
  return sha256.toLowerCase();
}
