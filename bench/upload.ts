import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { hasSpacesGateway, startSpacesGateway, type SpacesGateway } from "../local/spacesGateway";
import { median } from "./median";
import { atLeast, atMost, type Measured, type Row } from "./row";
import type { UploadFigures, UploadOrder } from "./uploadProcess";

const run = promisify(execFile);
const MIB = 1024 * 1024;
const rounds = 5;

/** What a local file's way to Spaces costs, at a real gateway on loopback. */
export const uploadRows: readonly Row[] = [
  { id: "upload.throughput", unit: "ratio", target: atLeast(1), measure: uploadThroughput },
  { id: "upload.memory", unit: "MB", target: atMost(150), measure: uploadMemory },
];

/** How many times as fast as the stock client's own upload ours is: the same file, the same server, by turns. */
async function uploadThroughput(): Promise<Measured> {
  return withGateway(false, async (gateway, folder) => {
    const path = join(folder, "random.img");
    await writeRandom(path, 256);
    const seconds: Record<UploadOrder["client"], number[]> = { ours: [], stock: [] };
    for (let round = 0; round <= rounds; round += 1) {
      for (const client of ["ours", "stock"] as const) {
        const figures = await upload({ client, path, key: client, to: gateway.full });
        // The server's first upload is slower than the others.
        if (round > 0) seconds[client].push(figures.seconds);
      }
    }
    const [ours, stock] = [median(seconds.ours), median(seconds.stock)];
    const note = `256 MiB in ${ours.toFixed(2)} s, the stock client in ${stock.toFixed(2)} s; median of ${rounds} each`;
    return { value: stock / ours, note };
  });
}

/** The largest resident set of a process that uploads, in MB: of 64 MB and of 4 GB, which must come to much the same. */
async function uploadMemory(): Promise<Measured> {
  return withGateway(true, async (gateway, folder) => {
    const resident: number[] = [];
    for (const megabytes of [64, 4_000]) {
      const path = join(folder, "sparse.img");
      const file = await open(path, "w");
      await file.truncate(megabytes * 1e6);
      await file.close();
      const { residentBytes } = await upload({ client: "ours", path, key: "sparse.img", to: gateway.full });
      resident.push(residentBytes / 1e6);
    }
    const [small = 0, large = 0] = resident;
    return { value: Math.max(small, large), note: `${small.toFixed(0)} MB for 64 MB, ${large.toFixed(0)} MB for 4 GB` };
  });
}

async function withGateway<T>(onDisk: boolean, measure: (gateway: SpacesGateway, folder: string) => Promise<T>): Promise<T> {
  if (!hasSpacesGateway()) throw new Error("it needs a Ceph RADOS Gateway (Debian: ceph-mon, ceph-osd, radosgw)");
  const folder = await mkdtemp(join(tmpdir(), "upload-"));
  const gateway = await startSpacesGateway({ onDisk });
  try {
    return await measure(gateway, folder);
  } finally {
    gateway.stop();
    await rm(folder, { recursive: true });
  }
}

async function upload(order: UploadOrder): Promise<UploadFigures> {
  const { stdout } = await run(process.execPath, ["--no-warnings", join(__dirname, "uploadProcess.js"), JSON.stringify(order)]);
  return JSON.parse(stdout) as UploadFigures;
}

async function writeRandom(path: string, mebibytes: number): Promise<void> {
  const file = await open(path, "w");
  for (let written = 0; written < mebibytes; written += 1) await file.write(randomBytes(MIB));
  await file.close();
}
