import type { Server as Listener } from "node:net";
import type { World } from "../world";
import { announce } from "./announce";
import type { Provider } from "./provider";
import type { Construction } from "./constructCalls";
import { startServer } from "./server";

/** The process that the engine started, handed in by the entry. */
export type PluginProcess = Pick<NodeJS.Process, "argv" | "env" | "stdin" | "stdout" | "stderr" | "on" | "once">;

/**
 * Serves a provider until the engine is done with it. SIGINT and SIGTERM cancel the calls that run, which answer with what they have made;
 * where the engine was killed, its end of stdin closes, and nobody reads the answers. Without an engine's address on the command line one is to
 * attach (`PULUMI_DEBUG_PROVIDERS`), and stdin is nobody's. Nothing is written to stdout but the port where it listens.
 */
export async function serve<S>(
  provider: Provider<S>,
  world: World,
  process: PluginProcess,
  construction?: Construction,
  announced: Listener | Promise<Listener> = announce((line) => void process.stdout.write(line)),
): Promise<void> {
  const engineAddress = process.argv.slice(2).findLast((argument) => /^[^-].*:\d+$/.test(argument)) ?? "";
  const debug = (text: string) => void process.stderr.write(`${text}\n`);
  // An unhandled rejection must not end the operations that run.
  process.on("unhandledRejection", (reason) =>
    debug(`Unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`),
  );
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  const abandoned = new Promise<void>((resolve) => {
    if (engineAddress === "") return;
    for (const event of ["end", "close"]) process.stdin.once(event, () => resolve());
    process.stdin.resume();
  });
  const listener = await announced;
  const server = startServer(provider, listener, world, { engineAddress, environment: process.env, debug, construction });
  await Promise.race([abandoned, interrupted.then(() => server.end())]);
  server.stop();
}
