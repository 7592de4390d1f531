/** Ctrl-C ends the engine first, then everything that the demo started. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort(new Error("The demo was interrupted.")));
  return controller.signal;
}
