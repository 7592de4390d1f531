import type { World } from "../world";
import type { Provider } from "./provider";
import { startServer, type Construct } from "./server";

/** The process that the engine started, handed in by the entry. */
export type PluginProcess = Pick<NodeJS.Process, "argv" | "env" | "stdin" | "stdout" | "stderr" | "on" | "once">;

/**
 * Serves a provider until the engine is done with it: it sends SIGINT, or was killed and its end of stdin closes. The first line of
 * stdout is the port, and nothing else is ever written there: the engine waits for it without a time limit.
 */
export async function serve<S>(provider: Provider<S>, world: World, process: PluginProcess, construct?: Construct): Promise<void> {
  const engineAddress = process.argv.at(-1) ?? "";
  const debug = (text: string) => void process.stderr.write(`${text}\n`);
  // Something that nobody waited for went wrong: the operations that run are worth more than a clean end.
  process.on("unhandledRejection", (reason) =>
    debug(`Unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`),
  );
  const ended = new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
    process.stdin.once("end", () => resolve());
    process.stdin.once("close", () => resolve());
    process.stdin.resume();
  });
  const server = await startServer(provider, world, { engineAddress, environment: process.env, debug, construct });
  process.stdout.write(`${server.port}\n`);
  await ended;
  server.stop();
}
