/** Waits for all of them, and rejects with the first failure. */
export async function settleAll(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
