import { imageImport } from "../provider/resources/imageImport/imageImport";
import { home, rehearse, silentCall } from "./rehearsal";
import type { Measured, Row } from "./row";

const sha256 = "ab".repeat(32);

/** What it costs a second stack to share an image that is there. */
export const shareRows: readonly Row[] = [{ id: "share.requests", unit: "requests", measure: requests }];

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
