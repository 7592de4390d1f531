import { FleetRig, bounds } from "./tests/provider/resources/fleet/fleetRig";
async function main() {
  const rig = new FleetRig();
  rig.listLag = 12;
  const before = await rig.create(await rig.inputs(0));
  const t0 = rig.clock.now();
  console.log(JSON.stringify(before.state.live));
  const seen = bounds(rig, before.id);
  const w = rig.watch; let last = "";
  rig.watch = (d) => { w(d); const s = d.map((x) => `${x.name}:${x.status}:${x.image.id%1000}:${x.tags.some((t)=>t.startsWith("imagefleet:serving"))}`).join(" "); if (s !== last) console.log((rig.clock.now()-t0)/1000, rig.sent.at(-1), s); last = s; };
  const rollout = { maxSurge: "2", maxUnavailable: "0", maxFailures: "10%", drainSeconds: 0, shutdownSeconds: 10 };
  rig.forgetSent();
  await rig.update(before, await rig.inputs(1, { rollout }));
  console.log(seen);
}
void main();
