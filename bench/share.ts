import { createHash } from "node:crypto";
import path from "node:path";
import { imageImport } from "../provider/resources/imageImport/imageImport";
import { startCloud } from "./cloud";
import { bootableDisk } from "./imageSource";
import { median } from "./median";
import { home, otherRegions, rehearse, silentCall } from "./rehearsal";
import { atMost, rounded, type Measured, type Row } from "./row";
import { compiledProject, inFolder, openStack, unasked } from "./stack";

const sha256 = createHash("sha256").update(bootableDisk()).digest("hex");
const runs = 3;

/** What it costs a second stack to share an image that is there. */
export const shareRows: readonly Row[] = [
  { id: "share.requests", unit: "requests", target: atMost(10), measure: requests },
  { id: "share.seconds", unit: "s", target: atMost(1.5), measure: seconds },
];

/** A second stack wants what the first one has imported, in a process that remembers nothing. */
async function requests(): Promise<Measured> {
  const rehearsal = await rehearse(1, 0);
  const create = (stack: string) => {
    const call = silentCall(`urn:pulumi:${stack}::share::imagefleet:index:ImageImport::web`);
    const inputs = { source: { url: "http://127.0.0.1/web.img", sha256 }, region: home, name: "web" };
    return rehearsal.run(imageImport.create(inputs, rehearsal.context, call));
  };
  const first = await create("dev");
  rehearsal.restart();
  const before = rehearsal.requests().length;
  const { id } = await create("prod");
  if (id !== first.id) throw new Error("The image was not shared.");
  const asked = rehearsal.requests().slice(before);
  const reads = asked.filter(({ method }) => method === "GET").length;
  return { value: asked.length, note: `${reads} reads, ${asked.length - reads} writes; no import, nothing is asked of the source` };
}

/** The first `up` of further stacks that want what one has imported and copied, less such as have nothing to do. */
function seconds(): Promise<Measured> {
  return inFolder(async (folder) => {
    const cloud = await startCloud({ importSeconds: 5, transferSeconds: 20 });
    try {
      const project = await compiledProject(folder, "bench", "programs/image");
      const regions = JSON.stringify([home, ...otherRegions].slice(0, 10));
      const up = async (name: string) => {
        const config = { regions, url: cloud.imageUrl, sha256 };
        const stack = await openStack({ project, name, folder: path.join(folder, name), config, cloud });
        const first = await stack.time(["up", ...unasked]);
        return { first, unchanged: await stack.time(["up", ...unasked, "--expect-no-changes"]) };
      };
      const imported = await up("dev");
      const others: Awaited<ReturnType<typeof up>>[] = [];
      for (let run = 0; run < runs; run += 1) others.push(await up(`stack${run}`));
      const [shared, idle] = [median(others.map(({ first }) => first)), median(others.map(({ unchanged }) => unchanged))];
      const note = `${rounded(shared)} s less ${rounded(idle)} s with nothing to change, 10 regions; ${rounded(imported.first)} s for the stack that imported it; median of ${runs}`;
      return { value: shared - idle, note };
    } finally {
      await cloud.close();
    }
  });
}
