import { Command } from "commander";
import { runDemo } from "./demo/run";
import { stopKeptDemo } from "./demo/kept";

/** `imagefleet demo`: the whole job on this machine, against the emulator, with the real engine. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("Import an image, copy it, start two fleets from it and roll them to a second version, all on this machine.")
    .option("--keep", "leave emulator and stack up, to look around")
    .option("--stop", "end what --keep left")
    .action((options: { keep?: boolean; stop?: boolean }) => (options.stop ? stopKeptDemo() : runDemo({ keep: options.keep ?? false })));
}
