import { readFileSync } from "node:fs";

import { Command, InvalidArgumentError } from "commander";

import { startEmulator } from "../emulator/main";
import { checkSeed, type Seed } from "../emulator/seed";

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly seed?: Seed;
  readonly importSeconds?: number;
  readonly transferSeconds?: number;
  readonly dropletSeconds?: number;
}

/** The verb `emulator`: DigitalOcean's API on this machine, in the foreground until it is interrupted. */
export function emulatorCommand(): Command {
  return new Command("emulator")
    .description("Serve DigitalOcean's API on this machine, with images and Droplets that behave like the real ones.")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on, 0 for any free one", port, 0)
    .option("--token <token>", "token to accept (default: DIGITALOCEAN_TOKEN, else a random one)")
    .option("--seed <file>", "JSON file of tokens, SSH keys, images and workloads to start with", readSeed)
    .option("--import-seconds <seconds>", "time that an import takes (default: 0.5)", seconds)
    .option("--transfer-seconds <seconds>", "time that a transfer to another region takes (default: 2)", seconds)
    .option("--droplet-seconds <seconds>", "time until a Droplet is active (default: 1)", seconds)
    .action(runEmulator);
}

async function runEmulator({ host, port, token = process.env.DIGITALOCEAN_TOKEN, seed, ...durations }: Flags): Promise<void> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const args = { host, port, seed, log, options: durations, ...(token !== undefined && token !== "" && { token }) };
  const emulator = await startEmulator(args).catch((error: unknown) => {
    throw new Error(`The emulator cannot start on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}.`);
  });
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void emulator.close().then(() => process.exit(0)));
  const { url, control, pid } = emulator;
  process.stdout.write(`${JSON.stringify({ url, control, token: emulator.token, pid })}\n`);
}

function port(text: string): number {
  const number = Number(text);
  if (text === "" || !Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError("It must be from 0 to 65535.");
  return number;
}

function seconds(text: string): number {
  const number = Number(text);
  if (text === "" || !Number.isFinite(number) || number < 0) throw new InvalidArgumentError("It must be a number of seconds, 0 or more.");
  return number;
}

function readSeed(file: string): Seed {
  try {
    return checkSeed(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : "It must be a JSON file.");
  }
}
