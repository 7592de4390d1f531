import { execFile } from "node:child_process";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { makeOnce } from "../local/makeOnce";

/** The folder of a Node.js of that version, which npm brings; kept for the next time. */
export async function nodeFolder(version: string): Promise<string> {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const folder = path.join(cache, "imagefleet", `node-${version}`);
  await makeOnce(folder, async (draft) => {
    await promisify(execFile)("npm", ["install", "--prefix", draft, "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${version}`]);
  });
  return path.join(folder, "node_modules", name, "bin");
}
