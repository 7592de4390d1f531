import type { LoggedRequest } from "../emulator/requestLog";
import { startCloud } from "./cloud";
import { home, otherRegions } from "./rehearsal";
import { atMost, once, rounded, type Measured, type Row } from "./row";
import { compiledProject, inFolder, openStack, unasked } from "./stack";

/** How long things take at the emulator, in seconds. */
const durations = { import: 5, transfer: 20, droplet: 5 };
/** What nothing makes shorter: import, copy, Droplet, and two checks of the load balancer 3 s apart, the first of them within 3 s. */
const path = [durations.import, durations.transfer, durations.droplet, 6];

/** A whole service, from nothing. */
export const serviceRows: readonly Row[] = [
  { id: "service.first", unit: "ratio", target: atMost(1.15), measure: overCriticalPath },
  { id: "service.requests", unit: "requests", measure: requests },
];

interface First {
  readonly took: number;
  readonly unchanged: number;
  readonly asked: readonly LoggedRequest[];
}

const first = once(() =>
  inFolder(async (folder): Promise<First> => {
    const options = { importSeconds: durations.import, transferSeconds: durations.transfer, dropletSeconds: durations.droplet };
    const cloud = await startCloud({ ...options, loadBalancerLagSeconds: 0.5, keyListsPerMinute: 1_000 });
    try {
      const project = await compiledProject(folder, "bench", "programs/imageService");
      const config = { regions: JSON.stringify([home, ...otherRegions].slice(0, 3)), url: cloud.imageUrl, sshKey: cloud.sshKey };
      const stack = await openStack({ project, name: "bench", folder, config, cloud });
      const took = await stack.time(["up", ...unasked]);
      const { requests: asked } = (await (await fetch(`${cloud.url}/_emulator/requests`)).json()) as { requests: LoggedRequest[] };
      return { took, asked, unchanged: await stack.time(["up", ...unasked, "--expect-no-changes"]) };
    } finally {
      await cloud.close();
    }
  }),
);

async function overCriticalPath(): Promise<Measured> {
  const { took, unchanged } = await first();
  const least = path.reduce((total, seconds) => total + seconds);
  const note = `${rounded(took)} s less ${rounded(unchanged)} s with nothing to change, over ${path.join(" + ")} s; three regions, 1 run`;
  return { value: (took - unchanged) / least, note };
}

async function requests(): Promise<Measured> {
  const { asked } = await first();
  const writes = asked.filter(({ method }) => method !== "GET").length;
  return { value: asked.length, note: `${writes} writes, ${asked.length - writes} reads, the official plugin's among them` };
}
