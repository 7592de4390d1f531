import { Command, CommanderError } from "commander";
import { packageVersion } from "../provider/sdk/version";
import { contractCommand } from "./contract";
import { emulatorCommand } from "./emulator";
import { imagesCommand } from "./images";
import { inspectCommand } from "./inspect";
import { reportCommand } from "./report";

/** What works from the package, in any project. */
export const packagedVerbs = (): readonly Command[] => [
  contractCommand(),
  emulatorCommand(),
  imagesCommand(),
  inspectCommand(),
  reportCommand(),
];

/** Runs one verb, which loads what it needs by itself. Exit codes: 0 done, 1 failed (one sentence on stderr), 2 not understood. */
export async function runVerb(verbs: readonly Command[]): Promise<void> {
  // The S3 client would print on stderr that it will leave Node 20.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const program = new Command("imagefleet")
    .description("DigitalOcean custom images, their copies and the Droplets that run them: what surrounds `pulumi up`.")
    .version(packageVersion);
  for (const verb of verbs) program.addCommand(verb);
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
