import { Command } from "commander";

/** `imagefleet bench`: measures, and prints a table. */
export function benchCommand(): Command {
  return new Command("bench")
    .description("Measure what is promised of speed, memory and requests, with the real engine and against the emulator.")
    .argument("[ids...]", "the rows to run (default: all)")
    .option("--json <file>", "write the results as JSON, too")
    .action(async (ids: string[], { json }: { json?: string }) => {
      const { runBench } = await import("../bench/bench.js");
      await runBench({
        ids,
        json,
        print: (text) => process.stdout.write(`${text}\n`),
        log: (line) => process.stderr.write(`${line}\n`),
      });
    });
}
