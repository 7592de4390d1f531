import { createHash } from "node:crypto";
import { packageVersion } from "../provider/sdk/version";
import { oldestNode, type Bundle } from "./bundle";
import { tarball, type TarballFile } from "./tarball";

/** Operating systems and processors that the engine asks archives for. */
export const platforms = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64"] as const;
export type Platform = (typeof platforms)[number];

/** The engine's own name for what it downloads. */
export function archiveName(platform: Platform): string {
  return `pulumi-resource-imagefleet-v${packageVersion}-${platform}.tar.gz`;
}

/** The plugin for one platform, the same bytes for the same sources: scripts are the same everywhere, only the launcher differs. */
export async function pluginArchive(platform: Platform, bundles: readonly Bundle[]): Promise<Buffer> {
  return tarball([launcher(platform), ...bundles.map(({ name, text }) => ({ name, content: text }))]);
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * The same as in the first line of `bin/pulumi-resource-imagefleet`: they keep an upload's memory constant and small. With any such flag
 * Node.js refuses the compiled code of its own modules, too, so they are given only where images may pass through Spaces.
 */
const uploadFlags = "--max-semi-space-size=1 --optimize-for-size";

/** The engine starts this one. Programs in Python, Go or YAML may run on machines without Node.js. */
function launcher(platform: Platform): TarballFile {
  const missing = `imagefleet's provider runs on Node.js ${oldestNode} or newer, and no node is on PATH: install it from https://nodejs.org and run the command again.`;
  return platform.startsWith("windows")
    ? {
        name: "pulumi-resource-imagefleet.cmd",
        executable: true,
        content: [
          "@echo off",
          "setlocal EnableDelayedExpansion",
          "set IMAGEFLEET_NODE=",
          'for %%n in (node.exe node.cmd node.bat) do if not defined IMAGEFLEET_NODE set "IMAGEFLEET_NODE=%%~$PATH:n"',
          `if not defined IMAGEFLEET_NODE (echo ${missing} 1>&2 & exit /b 1)`,
          "set IMAGEFLEET_FLAGS=",
          `if defined SPACES_BUCKET set IMAGEFLEET_FLAGS=${uploadFlags}`,
          `if defined PULUMI_CONFIG if not "!PULUMI_CONFIG:spacesBucket=!" == "!PULUMI_CONFIG!" set IMAGEFLEET_FLAGS=${uploadFlags}`,
          // With it a path that has an exclamation mark would lose that.
          "setlocal DisableDelayedExpansion",
          'node %IMAGEFLEET_FLAGS% "%~dp0start.js" %*\r\n',
        ].join("\r\n"),
      }
    : {
        name: "pulumi-resource-imagefleet",
        executable: true,
        content: [
          "#!/bin/sh",
          `command -v node >/dev/null 2>&1 || { echo "${missing}" >&2; exit 1; }`,
          `flags=; case "\${SPACES_BUCKET:+spacesBucket}$PULUMI_CONFIG" in *spacesBucket*) flags="${uploadFlags}" ;; esac`,
          'exec node $flags "${0%/*}/start.js" "$@"\n',
        ].join("\n"),
      };
}
