import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { hasSpacesGateway, startSpacesGateway, type SpacesGateway } from "../local/spacesGateway";
import type { Recompress } from "../provider/source/staging/recompress";
import { median } from "./median";
import { atLeast, atMost, type Measured, type Row } from "./row";
import type { StageFigures, StageOrder } from "./stageProcess";
import type { UploadFigures, UploadOrder } from "./uploadProcess";

const run = promisify(execFile);
const mib = 1024 * 1024;
const rounds = 5;

/** What an image's way to Spaces costs, at a real gateway on loopback. */
export const uploadRows: readonly Row[] = [
  { id: "upload.throughput", unit: "ratio", target: atLeast(1), measure: uploadThroughput },
  {
    id: "upload.memory",
    unit: "MB",
    target: atMost(150),
    measure: memoryOf([
      { name: "file", from: "file", recompress: "never" },
      { name: "file packed", from: "file" },
      { name: "URL", from: "URL", recompress: "never" },
    ]),
  },
  {
    id: "upload.memoryUnpacked",
    unit: "MB",
    target: atMost(175),
    measure: memoryOf([
      { name: "zstd", from: "URL", pack: ["zstd", "-q", "-c", "-3", "--zstd=wlog=23"] },
      { name: "xz", from: "URL", pack: ["xz", "-c", "-T2", "--lzma2=preset=0,dict=8MiB"] },
    ]),
  },
];

/** How many times as fast as the stock client's own upload ours is: the same file, the same server, by turns. */
async function uploadThroughput(): Promise<Measured> {
  return withGateway(false, async (gateway, folder) => {
    const path = join(folder, "random.img");
    await writeRandom(path, 256);
    const seconds: Record<UploadOrder["client"], number[]> = { ours: [], stock: [] };
    for (let round = 0; round <= rounds; round += 1) {
      for (const client of ["ours", "stock"] as const) {
        const order: UploadOrder = { client, path, key: client, to: gateway.full };
        const figures = await inProcess<UploadFigures>("uploadProcess", order);
        // The server's first upload is slower than the others.
        if (round > 0) seconds[client].push(figures.seconds);
      }
    }
    const [ours, stock] = [median(seconds.ours), median(seconds.stock)];
    const note = `256 MiB in ${ours.toFixed(2)} s, the stock client in ${stock.toFixed(2)} s; median of ${rounds} each`;
    return { value: stock / ours, note };
  });
}

/** The largest resident set of a process that uploads what is 64 MB and what is 4 GB, which must come to much the same, in MB. */
function memoryOf(ways: readonly Way[]): () => Promise<Measured> {
  return () =>
    withGateway(true, async (gateway, folder) => {
      const figures: { readonly resident: number; readonly text: string }[] = [];
      for (const { name, pack = [], ...way } of ways) {
        const resident: number[] = [];
        for (const megabytes of [64, 4_000]) {
          const path = join(folder, "disk.img");
          await writeDisk(path, megabytes * 1e6);
          if (pack.length > 0) await run("sh", ["-c", '"$0" "$@" < disk.img > packed && mv packed disk.img', ...pack], { cwd: folder });
          resident.push(await residentWhile(way, path, gateway.full));
        }
        figures.push({ resident: Math.max(...resident), text: `${name} ${resident.map((size) => size.toFixed(0)).join("/")}` });
      }
      return {
        value: Math.max(...figures.map(({ resident }) => resident)),
        note: `of 64 MB/4 GB: ${figures.map(({ text }) => text).join(", ")}`,
      };
    });
}

/** How an image comes to Spaces. */
interface Way {
  readonly name: string;
  readonly from: "file" | "URL";
  readonly recompress?: Recompress;
  /** What packs it from its input to its output beforehand. */
  readonly pack?: readonly string[];
}

async function residentWhile({ from, recompress }: Omit<Way, "name" | "pack">, path: string, to: SpacesGateway["full"]): Promise<number> {
  const { size } = await stat(path);
  const server = createServer((_, response) => void createReadStream(path).pipe(response.writeHead(200, { "content-length": size })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/disk.img`;
  try {
    const order: StageOrder = { source: from === "file" ? { path } : { url }, recompress, to };
    return (await inProcess<StageFigures>("stageProcess", order)).residentBytes / 1e6;
  } finally {
    server.close();
  }
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

/** What a program of the bench prints that is given the order. */
async function inProcess<T>(program: string, order: object): Promise<T> {
  const { stdout } = await run(process.execPath, [
    "--no-warnings",
    ...(await startFlags()),
    join(__dirname, `${program}.js`),
    JSON.stringify(order),
  ]);
  return JSON.parse(stdout) as T;
}

async function writeRandom(path: string, mebibytes: number): Promise<void> {
  const file = await open(path, "w");
  for (let written = 0; written < mebibytes; written += 1) await file.write(randomBytes(mib));
  await file.close();
}

/** What the plugin's executable starts node with. */
async function startFlags(): Promise<readonly string[]> {
  const [first = ""] = (await readFile(join(__dirname, "../../bin/pulumi-resource-imagefleet"), "utf8")).split("\n");
  return first.split(" ").filter((word) => word.startsWith("--"));
}

/** Sparse, but for a sixteenth that doesn't pack. */
async function writeDisk(path: string, bytes: number): Promise<void> {
  const file = await open(path, "w");
  await file.truncate(bytes);
  for (let at = 0; at + mib < bytes; at += 16 * mib) await file.write(randomBytes(mib), 0, mib, at);
  await file.close();
}
