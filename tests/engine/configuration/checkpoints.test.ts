import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { StackState } from "../../helpers/engine";
import { useService } from "../helpers/service";

const checkpoint = path.resolve(__dirname, "../../fixtures/checkpoints/0.1.0/service.json");

test("a stack of version 0.1.0 goes on with this one: nothing changes, and nothing is asked", async () => {
  const { stack, emulator } = await useService();
  const { deployment } = JSON.parse(readFileSync(checkpoint, "utf8")) as StackState;
  const inputsOf = (resource: string) =>
    deployment.resources?.find(({ urn, custom }) => custom && urn.endsWith(`:${resource}`))?.inputs ?? {};
  const { source, tags, retain } = inputsOf("ImageImport::web");
  const { gate, rollout, sshKeys, size, tags: fleetTags } = inputsOf("Fleet::web-ams3");
  const { successes, ...unchanged } = gate as { readonly successes: number };
  const userData = "#cloud-config\n";
  await stack.setConfig({
    "service:image": { source, regions: ["nyc3", "ams3", "fra1"], tags, retain },
    "service:fleets": {
      "web-ams3": {
        ...{ region: "ams3", count: 2, size, sshKeys, rollout, tags: fleetTags, userData },
        gate: { ...unchanged, successThreshold: successes },
      },
      "web-nyc3": { region: "nyc3", count: 1, size, sshKeys },
    },
  });

  expect(await stack.run("stack", "import", "--file", checkpoint)).toMatchObject({ code: 0, stderr: "" });
  expect((await stack.preview("--expect-no-changes")).stdout).toContain("11 unchanged");
  expect(await stack.up("--expect-no-changes")).toSucceed();
  expect((await emulator.requests()).filter(({ path: route }) => route !== "/v2/account/keys")).toEqual([]);
});

test("a refresh of a state that holds former names finds no drift, and leaves the present ones", async () => {
  const { stack, folder, want, image } = await useService();
  await want({ source: await image("1.0.0"), regions: ["nyc3", "ams3"], droplets: { ams3: 1 } });
  expect(await stack.up()).toSucceed();
  const present = (await stack.run("stack", "export")).stdout;
  const former = present.replaceAll('"siblingRegions"', '"alongside"').replaceAll('"successThreshold"', '"successes"');
  expect(former).not.toBe(present);
  const file = path.join(folder, "former.json");
  await writeFile(file, former);
  expect(await stack.run("stack", "import", "--file", file)).toMatchObject({ code: 0, stderr: "" });

  expect(await stack.up("--refresh", "--expect-no-changes")).toSucceed();
  const names = JSON.stringify(await stack.state());
  expect(names).not.toMatch(/"alongside"|"successes"/);
  expect(names).toMatch(/"siblingRegions".*"successThreshold"/);
});
