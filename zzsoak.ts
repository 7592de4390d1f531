import { soakFleets } from "./tests/soak/fleets/fleetSoak";
async function main() {
  const c0 = process.cpuUsage(); let bad = 0;
  for (let s = 1; s <= Number(process.argv[2] ?? 30); s++) { const w = await soakFleets(s); if (w.length) { bad++; console.log(s, w); } }
  const c = process.cpuUsage(c0);
  console.log((c.user + c.system) / 1e6, "CPU s", bad, "bad");
}
void main();
