import { Command } from "commander";

/** `imagefleet package`: writes all that a release consists of. */
export function packageCommand(): Command {
  return new Command("package")
    .description("Write a release's files: the npm tarball, the plugin's archives with their checksums, and the package's schema.")
    .option("--out <folder>", "where to write them", "out")
    .action(async ({ out }: { readonly out: string }) => {
      const { writeRelease } = await import("../packaging/release.js");
      for (const file of await writeRelease(out)) process.stdout.write(`${file}\n`);
    });
}
