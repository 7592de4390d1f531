import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { checkout } from "../../../local/checkout";
import { type Account, nothing } from "../helpers/account";
import { diagnosticsOf, stateOf, type Kept } from "../helpers/outcome";
import { useService, type Service, type Wanted } from "../helpers/service";

/** One image and one Droplet that are there, whatever goes wrong with the way to them. */
describe("with a service that stands,", () => {
  const failed = { "pulumi:pulumi:Stack (service-test)": "error: update failed" };
  let service: Service;
  let healthy: NodeJS.ProcessEnv;
  let wanted: Wanted;
  let state: Readonly<Record<string, Kept>>;
  let account: Account;

  beforeAll(async () => {
    service = await useService({ seed: { tokens: [{ token: "token-of-another-team", team: "Other Team" }] } });
    const { stack, emulator } = service;
    healthy = { DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url };
    wanted = { source: await service.image("1.0.0"), regions: ["nyc3"], droplets: { nyc3: 1 } };
    await service.want(wanted);
    expect(await stack.up()).toSucceed();
    [state, account] = [await stateOf(stack), await service.account()];
  });

  afterEach(() => service.stack.setEnv(healthy));

  async function expectNothingLost(): Promise<void> {
    expect(await stateOf(service.stack)).toEqual(state);
    expect(await service.account()).toEqual(account);
  }

  test("a token that DigitalOcean refuses is said with where it is read from, and never shown", async () => {
    const { stack, emulator } = service;
    stack.setEnv({ DIGITALOCEAN_TOKEN: "a-token-that-was-revoked" });

    const refreshed = await stack.refresh();

    expect(refreshed.code).toBe(1);
    const refusal = diagnosticsOf(refreshed)["imagefleet:index:ImageImport (web)"]?.replace(/\(request id [0-9a-f-]+\)/, "(request id …)");
    expect(refusal).toBe(
      `error: GET ${emulator.url}/v2/images/${imageIn(state).id} answered 401 unauthorized: Unable to authenticate you (request id …). ` +
        "The token is read from `imagefleet:token`, then `DIGITALOCEAN_TOKEN`, then `DIGITALOCEAN_ACCESS_TOKEN`: " +
        "set one of them to a token that DigitalOcean accepts.",
    );
    expect(refreshed.stdout + refreshed.stderr).not.toContain("a-token-that-was-revoked");
    await expectNothingLost();
  });

  test("a token of another team, to which everything is missing, does not empty the state: the error names both teams", async () => {
    const { stack } = service;
    stack.setEnv({ DIGITALOCEAN_TOKEN: "token-of-another-team" });

    const refreshed = await stack.refresh();

    expect(refreshed.code).toBe(1);
    const { id, team } = imageIn(state);
    const foreign = (what: string) =>
      new RegExp(
        `^error: ${what} belongs to the team "My Team" \\(${team}\\), but the token acts for the team "Other Team" \\([0-9a-f]{40}\\), ` +
          "which can't see it: the state is left as it is\\. Use a token of the first team\\.$",
      );
    expect(diagnosticsOf(refreshed)).toEqual({
      ...failed,
      "imagefleet:index:ImageImport (web)": expect.stringMatching(foreign(`Image ${id}`)) as unknown,
      "imagefleet:index:ImageReplica (web-nyc3)": expect.stringMatching(foreign(`Image ${id}`)) as unknown,
      "imagefleet:index:Fleet (web-nyc3)": expect.stringMatching(foreign("Fleet [a-z0-9]{12}")) as unknown,
    });
    await expectNothingLost();
  });

  test("an API that cannot be reached ends an `up` with the way out, and the next one makes what was asked for", async () => {
    const { stack, want } = service;
    const endpoint = `http://127.0.0.1:${await closedPort()}`;
    stack.setEnv({ DIGITALOCEAN_API_URL: endpoint });
    await want({ ...wanted, regions: ["nyc3", "ams3"] });

    const up = await stack.up();

    expect(up.code).toBe(1);
    expect(diagnosticsOf(up)).toEqual({
      "pulumi:pulumi:Stack (service-test)": "error: preview failed",
      "imagefleet:index:ImageReplica (web-ams3)": expect.stringMatching(
        new RegExp(
          `^error: Preview failed: GET ${endpoint}/v2/\\S+ got no usable answer: connect ECONNREFUSED ${new URL(endpoint).host}\\. ` +
            "Check the network and the endpoint \\(`imagefleet:apiEndpoint` or `DIGITALOCEAN_API_URL`\\), then run it again\\.$",
        ),
      ) as unknown,
    });
    await expectNothingLost();
    stack.setEnv(healthy);
    expect(await stack.up()).toSucceed();
    expect(await service.account()).toEqual({ ...account, images: [{ id: imageIn(state).id, regions: ["ams3", "nyc3"] }] });
  });
});

test("a token of the scopes that the README names is enough for an image's and a fleet's whole life", async () => {
  const [, sentence = ""] =
    /^A token of limited scope needs ([^]*?)\.$/m.exec(readFileSync(path.join(checkout, "README.md"), "utf8")) ?? [];
  const scopes = [...sentence.matchAll(/`(\w+:\w+)`/g)].map(([, scope = ""]) => scope);
  expect(scopes).toContain("image:create");
  const { stack, image, want, account } = await useService({ seed: { tokens: [{ token: "token-of-limited-scope", scopes }] } });
  stack.setEnv({ DIGITALOCEAN_TOKEN: "token-of-limited-scope" });
  for (const version of ["1.0.0", "2.0.0"]) {
    await want({ source: await image(version), regions: ["nyc3", "ams3"], droplets: { ams3: 1 } });
    expect(await stack.up()).toSucceed();
  }
  expect(await stack.refresh()).toSucceed();
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
});

function imageIn(state: Readonly<Record<string, Kept>>): { readonly id: string | undefined; readonly team: string } {
  const { id, outputs } = state["ImageImport web"] ?? {};
  return { id, team: (outputs?.team as { readonly uuid: string }).uuid };
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
