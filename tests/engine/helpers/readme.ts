import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Service } from "./service";

/**
 * Does what an example's README says, command by command, as it stands there, but for what the emulator has in the place of some words:
 * its own address, or a key of its own number. The stack is there already.
 */
export async function followReadme(
  { stack, folder }: Service,
  example: string,
  here: Readonly<Record<string, string>>,
  afterUp: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const readme = readFileSync(path.resolve(__dirname, `../../../${example}/README.md`), "utf8");
  const lines = [...readme.matchAll(/^pulumi .*$/gm)].flatMap(([line]) => line.split(" && "));
  for (const line of lines) {
    const command = Object.entries(here).reduce((text, [word, own]) => text.replace(word, own), line);
    const [, verb, ...args] = words(command, folder);
    if (verb === undefined || verb === "stack") continue;
    const { code, stdout, stderr } = await (verb === "up" ? stack.up(...args) : stack.start(verb, ...args).ended);
    if (code !== 0 || stderr !== "") throw new Error(`\`${command}\` ended with ${code ?? "a signal"}:\n${stdout}${stderr}`);
    if (verb === "up") await afterUp();
  }
}

/** A command line as a shell that stands in `folder` takes it apart. */
function words(line: string, folder: string): readonly string[] {
  return execFileSync("bash", ["-c", `printf '%s\\0' ${line}`], { cwd: folder, encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}
