import { execFile } from "node:child_process";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { makeOnce } from "../local/makeOnce";

/** The Node.js that rows are measured on beside the bench's own. */
export const newerNode = "24.22.3";

/** The folder in which it lies. npm brings it; kept for the next time. */
export async function newerNodeFolder(): Promise<string> {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const folder = path.join(cache, "imagefleet", `node-${newerNode}`);
  await makeOnce(folder, async (draft) => {
    await promisify(execFile)("npm", ["install", "--prefix", draft, "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${newerNode}`]);
  });
  return path.join(folder, "node_modules", name, "bin");
}
