import { imageImport } from "../provider/resources/imageImport/imageImport";
import { startCloud } from "./cloud";
import { median } from "./median";
import { home, otherRegions, rehearse, silentCall } from "./rehearsal";
import { atMost, rounded, type Measured, type Row } from "./row";
import { compiledProject, inFolder, openStack, unasked } from "./stack";

const urn = "urn:pulumi:bench::adopt::imagefleet:index:ImageImport::web";
const runs = 5;

/** What the way back to a version that was kept costs. */
export const adoptRows: readonly Row[] = [
  { id: "adopt.requests", unit: "writes", target: atMost(2), measure: requests },
  { id: "adopt.seconds", unit: "s", measure: seconds },
];

/** Version 1, replaced by version 2 and kept, is wanted again by a process that remembers nothing. */
async function requests(): Promise<Measured> {
  const rehearsal = await rehearse(1, 0);
  const inputsOf = (version: number) => {
    return { source: { url: `http://127.0.0.1/web-${version}.img` }, region: home, name: "web", retain: 1 };
  };
  const create = (version: number) => rehearsal.run(imageImport.create(inputsOf(version), rehearsal.context, silentCall(urn)));
  /** As the engine replaces: it compares the state with the program before it creates. */
  const replace = async ({ id, state }: Awaited<ReturnType<typeof create>>, version: number) => {
    const change = { id, state, before: state, after: inputsOf(version), effects: {} };
    await imageImport.diff?.(change, rehearsal.context, silentCall(urn));
    return create(version);
  };
  const first = await create(1);
  const second = await replace(first, 2);
  await rehearsal.run(imageImport.delete(first.id, first.state, rehearsal.context, silentCall(urn)));
  rehearsal.restart();
  const before = rehearsal.requests().length;
  const { id } = await replace(second, 1);
  if (id !== first.id) throw new Error("The version that was kept was not taken back.");
  const asked = rehearsal.requests().slice(before);
  const reads = asked.filter(({ method }) => method === "GET").length;
  return {
    value: asked.length - reads,
    note: `besides ${reads} reads, which find account, versions and what killed runs began; nothing is asked of the source`,
  };
}

/** `up`s to and fro between two versions in ten regions, less such as have nothing to do. */
function seconds(): Promise<Measured> {
  return inFolder(async (folder) => {
    const cloud = await startCloud({ importSeconds: 5, transferSeconds: 20 });
    try {
      const project = await compiledProject(folder, "bench", "programs/image");
      const regions = JSON.stringify([home, ...otherRegions].slice(0, 10));
      const stack = await openStack({ project, name: "bench", folder, config: { regions, url: cloud.imageUrl }, cloud });
      const want = (version: number) => stack.time(["config", "set", "url", `${cloud.imageUrl}?version=${version}`]);
      const first: number[] = [];
      for (const version of [1, 2]) {
        await want(version);
        first.push(await stack.time(["up", ...unasked]));
      }
      const [back, unchanged]: [number[], number[]] = [[], []];
      for (let run = 0; run < runs; run += 1) {
        await want(1 + (run % 2));
        back.push(await stack.time(["up", ...unasked]));
        unchanged.push(await stack.time(["up", ...unasked, "--expect-no-changes"]));
      }
      const [taken, idle, brought] = [median(back), median(unchanged), median(first)];
      const note = `${rounded(taken)} s less ${rounded(idle)} s with nothing to change, 10 regions; ${rounded(brought)} s when they were new; median of ${runs}`;
      return { value: taken - idle, note };
    } finally {
      await cloud.close();
    }
  });
}
