/**
 * Asks once for what all callers of a process may share. The request goes on while at least one caller waits for it; a failure is
 * told to those who wait and forgotten, so that the next caller asks again.
 */
export function sharedAnswer<T>(ask: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let shared: { readonly answer: Promise<T>; readonly request: AbortController; callers: number } | undefined;

  return async (signal) => {
    signal.throwIfAborted();
    if (shared === undefined) {
      const request = new AbortController();
      const mine = { answer: ask(request.signal), request, callers: 0 };
      shared = mine;
      mine.answer.catch(() => {
        if (shared === mine) shared = undefined;
      });
    }
    const current = shared;
    current.callers += 1;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        current.callers -= 1;
        if (current.callers === 0) {
          if (shared === current) shared = undefined;
          current.request.abort(signal.reason);
        }
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      current.answer.finally(() => signal.removeEventListener("abort", leave)).then(resolve, reject);
    });
  };
}
