import { Argument, Command, InvalidArgumentError } from "commander";
import { soakFleets } from "./fleets/fleetSoak";
import { soak } from "./soak";

/** By what it puts through faults, plays the trial of a seed and returns what then does not hold. */
const trials = { images: soak, fleets: soakFleets };

interface Flags {
  readonly seeds: number;
  readonly from: number;
}

/** `npm run soak -- [fleets] --seeds N`: as many trials as one likes, each failing one with its seed; ends with 1 if there is any. */
async function main(what: keyof typeof trials, { seeds, from }: Flags): Promise<void> {
  const failing: number[] = [];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const violations = await trials[what](seed).catch((error: unknown) => [
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    ]);
    if (violations.length === 0) continue;
    failing.push(seed);
    process.stdout.write(`${[`Seed ${seed} (alone: npm run soak -- ${what} --from ${seed} --seeds 1):`, ...violations].join("\n  ")}\n`);
  }
  process.stdout.write(`${seeds - failing.length} seeds passed, ${failing.length} failed\n`);
  if (failing.length > 0) process.exitCode = 1;
}

function number(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

void new Command("soak")
  .description(
    "Run imports and copies, or rollouts of fleets, on virtual time under faults, kills and interruptions, each trial from its seed.",
  )
  .addArgument(new Argument("[what]", "what is put through it").choices(Object.keys(trials)).default("images"))
  .option("--seeds <number>", "how many trials", number, 1_000)
  .option("--from <seed>", "the first trial's seed", number, 1)
  .action(main)
  .parseAsync();
