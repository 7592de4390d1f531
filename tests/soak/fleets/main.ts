import { Command, InvalidArgumentError } from "commander";
import { soakFleets } from "./fleetSoak";

/** `npm run soak:fleets -- --seeds N`: as many trials as one likes, each failing one with its seed; ends with 1 if there is any. */
async function main({ seeds, from }: { readonly seeds: number; readonly from: number }): Promise<void> {
  let failed = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const wrongs = await soakFleets(seed).catch((error: unknown) => [
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    ]);
    if (wrongs.length === 0) continue;
    failed += 1;
    process.stdout.write(`${[`Seed ${seed} (alone: npm run soak:fleets -- --from ${seed} --seeds 1):`, ...wrongs].join("\n  ")}\n`);
  }
  process.stdout.write(`${seeds - failed} seeds passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

function number(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

void new Command("soak:fleets")
  .description("Run rollouts of fleets on virtual time under faults, kills and interruptions, each trial from its seed.")
  .option("--seeds <number>", "how many trials", number, 1_000)
  .option("--from <seed>", "the first trial's seed", number, 1)
  .action(main)
  .parseAsync();
