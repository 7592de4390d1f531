import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { version } from "@pulumi/digitalocean/package.json";
import { checkout } from "../../local/checkout";
import { installDigitalOceanPlugin } from "../../local/digitalOceanPlugin";

/** Stands for the engine: writes down each `plugin install`, what was installed, and downloads only where the test says so. */
const engine = `#!/bin/sh
if [ "$6" = --file ]; then
  echo "install $4 $5 $8" >>"$NOTES"; cat "$7/pulumi-resource-digitalocean" >"$PULUMI_HOME/installed"
else
  echo "download $4 $5" >>"$NOTES"; [ "$REACHABLE" = yes ] || exit 1
  mkdir -p "$PULUMI_HOME/plugins/resource-digitalocean-$5"; echo official >"$PULUMI_HOME/plugins/resource-digitalocean-$5/pulumi-resource-digitalocean"
fi
`;
const download = `download digitalocean v${version}`;
const install = `install digitalocean ${version} --reinstall`;
const standInLine = `digitalocean plugin: this project's stand-in because the official ${version} cannot be downloaded here`;
const officialLine = `digitalocean plugin: the official ${version} because it can be downloaded`;

let home: string;
let lines: string[];

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "imagefleet-plugin-"));
  lines = [];
  writeFileSync(path.join(home, "pulumi"), engine);
  chmodSync(path.join(home, "pulumi"), 0o755);
});

afterEach(() => rmSync(home, { recursive: true }));

function installPlugin({ reachable }: { reachable: boolean }): Promise<void> {
  const environment = { PATH: "/bin:/usr/bin", PULUMI_HOME: home, NOTES: path.join(home, "notes"), REACHABLE: reachable ? "yes" : "no" };
  return installDigitalOceanPlugin({ pulumi: path.join(home, "pulumi"), environment, home, log: (line) => lines.push(line) });
}

const notes = () => readFileSync(path.join(home, "notes"), "utf8").trim().split("\n");
const installed = () => readFileSync(path.join(home, "installed"), "utf8");
const launcher = () => path.join(home, `digitalocean-${version}/stand-in/pulumi-resource-digitalocean`);

test("installs the official plugin where it can be downloaded, once", async () => {
  await installPlugin({ reachable: true });
  await installPlugin({ reachable: true });

  expect(notes()).toEqual([download, install]);
  expect(installed()).toBe("official\n");
  expect(lines).toEqual([officialLine, officialLine]);
  expect(readdirSync(path.join(home, `digitalocean-${version}`))).toEqual([]);
});

test("installs the stand-in where it cannot, and does not ask again the same day", async () => {
  await installPlugin({ reachable: false });
  await installPlugin({ reachable: true });

  expect(notes()).toEqual([download, install]);
  expect(installed()).toContain(path.join(checkout, "local/bin/pulumi-resource-digitalocean"));
  expect(lines).toEqual([standInLine, standInLine]);
});

test("asks again the next day, and then replaces the stand-in", async () => {
  await installPlugin({ reachable: false });
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  utimesSync(launcher(), yesterday, yesterday);

  await installPlugin({ reachable: true });

  expect(notes()).toEqual([download, install, download, install]);
  expect(installed()).toBe("official\n");
  expect(existsSync(launcher())).toBe(false);
});

test("installs the stand-in again when the checkout has moved", async () => {
  await installPlugin({ reachable: false });
  writeFileSync(launcher(), "a launcher that points elsewhere");

  await installPlugin({ reachable: false });

  expect(notes()).toEqual([download, install, download, install]);
});

test("several at once install it once", async () => {
  await Promise.all([installPlugin({ reachable: false }), installPlugin({ reachable: false })]);
  expect(notes()).toEqual([download, install]);
});
