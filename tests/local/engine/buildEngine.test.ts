import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildEngine } from "../../../local/engine/buildEngine";
import { engineVersion } from "../../../local/engine/engineSource";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imagefleet-build-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A `go` that writes down how it was called. */
function build(script: string): Promise<void> {
  writeFileSync(path.join(folder, "go"), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(folder, "go"), 0o755);
  const environment = { PATH: `${folder}${path.delimiter}${process.env.PATH ?? ""}`, NOTES: path.join(folder, "notes") };
  return buildEngine({ folder, environment, log: () => undefined });
}

test("compiles the pinned module as a release of its version", async () => {
  await build('printf "%s\\n" "$PWD" "$@" >"$NOTES"');

  expect(readFileSync(path.join(folder, "notes"), "utf8").trim().split("\n")).toEqual([
    path.resolve(__dirname, "../../../local/engine"),
    "build",
    "-trimpath",
    "-tags=osusergo,grpcnotrace",
    `-ldflags=-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${engineVersion}`,
    "-o",
    path.join(folder, "pulumi"),
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  ]);
});

test("pins the module at the version it claims", () => {
  const module = readFileSync(path.resolve(__dirname, "../../../local/engine/go.mod"), "utf8");
  expect(module).toContain(`github.com/pulumi/pulumi/pkg/v3 v${engineVersion}`);
});

test("repeats the last line of what Go complains of", async () => {
  await expect(build('echo "go: looking" >&2; echo "go: no such module" >&2; exit 3')).rejects.toThrow(
    "`go build` ended with exit code 3: go: no such module",
  );
});
