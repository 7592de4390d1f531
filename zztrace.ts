import { FleetCloud } from "./tests/soak/fleets/fleetCloud";
import { soakFleets } from "./tests/soak/fleets/fleetSoak";
const p = FleetCloud.prototype as any;
const seed = Number(process.argv[2]);
const orig = p.restart; p.restart = function () { console.log("--- restart", this.clock.now() / 1000); return orig.call(this); };
const VS = require("./virtual/virtualService").VirtualService.prototype;
void (async () => {
  const E = require("./emulator/emulator"); 
  const em = E.createEmulator;
  E.createEmulator = (a: any) => { const e = em(a); const f = e.fetch; e.fetch = async (r: Request) => { const m = r.method, u = new URL(r.url); const isP = r.headers.get("authorization")?.includes("dop_v1_virtual"); const x = await f.call(e, r); if (isP && (m !== "GET" || process.argv[3])) { const d = (await (await f.call(e, new Request("http://127.0.0.1:1/v2/droplets?per_page=200", { headers: { authorization: "Bearer watcher-0" } }))).json()).droplets as any[]; console.log((a.clock.now()/1000) % 100000, m, decodeURIComponent(u.pathname) + u.search, x.status, "|", d.map((o: any) => `${o.name}:${o.id%1000}:${o.status}${o.locked?"L":""}${o.tags.some((t: string) => t.startsWith("imagefleet:serving")) ? "*" : ""}`).join(" ")); } return x; }; return e; };
  console.log(await soakFleets(seed));
})();
