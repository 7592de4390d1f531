import { execFileSync } from "node:child_process";
import path from "node:path";

test("no decoder is loaded before an image needs it", () => {
  const built = path.resolve(__dirname, "../../../../dist/provider/source/inspect/inspectSource.js");
  const script = `require(${JSON.stringify(built)}); console.log(Object.keys(require.cache).filter((name) => /fzstd|xz-decompress/.test(name)).length)`;
  expect(execFileSync(process.execPath, ["-e", script]).toString().trim()).toBe("0");
});
