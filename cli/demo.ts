import { Command } from "commander";

/** `imagefleet demo`: the whole job on this machine, against the emulator, with the real engine. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("Import an image, copy it, start two fleets from it, roll them to a second version and back, all on this machine.")
    .option("--keep", "leave emulator and stack up, to look around")
    .option("--stop", "end every demo that --keep left")
    .action(async ({ keep = false, stop = false }: { keep?: boolean; stop?: boolean }) => {
      if (stop) await (await import("./demo/kept.js")).stopKeptDemos();
      else await (await import("./demo/run.js")).runDemo({ keep });
    });
}
