import path from "node:path";
import { throwawayPublicKey } from "../../../cli/demo/sshKey";
import { nothing } from "../helpers/account";
import { followReadme } from "../helpers/readme";
import { useService } from "../helpers/service";

const collections = ["vpcs", "firewalls", "load_balancers", "domains", "projects", "tags", "reserved_ips"];

test("examples/service runs as its README says, is silent on the second `up`, and leaves nothing", async () => {
  const service = await useService({ program: "examples/service", emulator: { loadBalancerSeconds: 0.5, loadBalancerLagSeconds: 0.5 } });
  const { stack, emulator, image, account } = service;
  const { url } = await image("web-1.4.2.qcow2.gz");
  const counts = async () => {
    const lists = await Promise.all(collections.map((key) => emulator.call<Record<string, unknown[]>>("GET", `/v2/${key}?per_page=200`)));
    return lists.map(({ body }, at) => `${collections[at]} ${body[collections[at]!]!.length}`);
  };
  const before = await counts();

  const here = { "https://images.example.com": path.dirname(url), '"$(cat ~/.ssh/id_ed25519.pub)"': `'${throwawayPublicKey()}'` };
  // As README says for an emulator.
  await stack.setConfig({ port: 8080 });
  await followReadme(service, "examples/service", here);

  const outputs = await stack.outputs();
  expect(outputs).toMatchObject({ url: "http://www.shop.example.com:8080/", imageId: (await account()).images[0]?.id });
  const balancers = Object.values(outputs["loadBalancers"] as Record<string, string>);
  expect(balancers).toHaveLength(3);
  const { reserved_ips } = (await emulator.call<{ reserved_ips: { droplet: object | null }[] }>("GET", "/v2/reserved_ips")).body;
  expect(reserved_ips.map(({ droplet }) => droplet !== null)).toEqual([true, true, true]);
  for (const ip of balancers) expect((await fetch(`http://${ip}:8080/`)).status).toBe(200);
  expect((await account()).droplets.map(({ region }) => region).sort()).toEqual(["ams3", "ams3", "ams3", "fra1", "fra1", "nyc3", "nyc3"]);

  const asked = (await emulator.requests()).length;
  expect(await stack.up("--expect-no-changes")).toSucceed();
  expect(await emulator.requests()).toHaveLength(asked);
  expect(await stack.up("--refresh", "--expect-no-changes")).toSucceed();
  expect(await stack.destroy()).toSucceed();
  expect(await account()).toEqual(nothing);
  expect(await counts()).toEqual(before);
});
