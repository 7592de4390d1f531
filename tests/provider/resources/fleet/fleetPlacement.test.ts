import { fleet } from "../../../../provider/resources/fleet/fleet";
import type { FleetInputs } from "../../../../provider/resources/fleet/fleetState";
import { FleetRig, sshKey } from "./fleetRig";

const nobodys = "5a4981aa-9653-4bd1-bef5-d6bff52042e4";
const tight = { maxSurge: "0", maxUnavailable: "1", maxFailures: "0", drainSeconds: 2, shutdownSeconds: 10 };
const writes = (rig: FleetRig) => rig.sent.filter((request) => !request.startsWith("GET"));

async function vpc(rig: FleetRig, region: string): Promise<string> {
  const asked = { name: `own-${region}`, region, ip_range: "10.200.0.0/20" };
  return ((await rig.ask("POST", "/v2/vpcs", asked)) as { vpc: { id: string } }).vpc.id;
}

test("names all that a rollout refers to and that isn't there, before a Droplet is taken out of service", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { rollout: tight }));
  const wrong = sshKey.replace(/^../, "00");
  rig.forgetSent();
  const inputs = await rig.inputs(1, { rollout: tight, sshKeys: [sshKey, wrong], vpcUuid: nobodys, reservedIps: ["203.0.113.9"] });
  await expect(rig.update(before, inputs)).rejects.toThrow(
    `\`sshKeys[1]\` must be the id or the fingerprint of an SSH key of the account, got \`${wrong}\`; \`doctl compute ssh-key list\` shows them.\n` +
      `\`vpcUuid\` must be the UUID of a VPC that this token can see, got \`${nobodys}\`; \`doctl vpcs list\` shows them.\n` +
      "`reservedIps[0]` must be a Reserved IP that this token can see, got `203.0.113.9`; `doctl compute reserved-ip list` shows them.",
  );
  expect(writes(rig)).toEqual([]);
});

test("names a VPC of another region at once, in a preview as well", async () => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0, { rollout: tight }));
  const inputs = await rig.inputs(1, { rollout: tight, vpcUuid: await vpc(rig, "nyc3") });
  const fault = "`vpcUuid` must be the UUID of a VPC in the fleet's region, but own-nyc3 is in nyc3 and the fleet in ams3; name one there.";
  const since = rig.clock.now();
  await expect(rig.update(before, inputs)).rejects.toThrow(fault);
  expect(rig.clock.now() - since).toBeLessThan(5_000);
  await expect(rig.clock.run(fleet.preview!(inputs, before.state, rig.context, rig.call()))).rejects.toThrow(fault);
  expect((await rig.droplets()).length).toBe(3);
});

test("waits for what the same run has made and reads don't show yet", async () => {
  const rig = new FleetRig({ lagSeconds: 20 });
  const vpcUuid = await vpc(rig, "ams3");
  const made = await rig.create(await rig.inputs(0, { vpcUuid }));
  expect(made.reasons).toEqual([]);
  expect((await rig.droplets()).map((droplet) => droplet.vpc_uuid)).toEqual([vpcUuid, vpcUuid, vpcUuid]);
});

test.each<[string, Partial<FleetInputs>, string]>([
  ["projectId", { projectId: nobodys }, `\`projectId\` must be the id of a project that this token can see, got \`${nobodys}\`; `],
  ["gate.loadBalancer", {}, `\`gate.loadBalancer\` must be the id of a load balancer that this token can see, got \`${nobodys}\`; `],
])("names %s where a change in place refers to one that isn't there", async (name, changes, fault) => {
  const rig = new FleetRig();
  const before = await rig.create(await rig.inputs(0));
  const same = await rig.inputs(0);
  const inputs = { ...same, ...changes, ...(name === "projectId" ? {} : { gate: { ...same.gate, loadBalancer: nobodys } }) };
  rig.forgetSent();
  await expect(rig.clock.run(fleet.preview!(inputs, before.state, rig.context, rig.call()))).rejects.toThrow(fault);
  await expect(rig.update(before, inputs)).rejects.toThrow(fault);
  expect(writes(rig)).toEqual([]);
});
