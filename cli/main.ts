import { benchCommand } from "./bench";
import { demoCommand } from "./demo";
import { packageCommand } from "./package";
import { referenceCommand } from "./reference";
import { packagedVerbs, runVerb } from "./verbs";

/** The command line of the repository: the packaged verbs, and those that need the sources. */
export async function main(): Promise<void> {
  await runVerb([...packagedVerbs(), benchCommand(), demoCommand(), packageCommand(), referenceCommand()]);
}
