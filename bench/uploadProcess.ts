import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { GatewayKey } from "../local/spacesGateway";
import { openLocalFile } from "../provider/source/bytes/localFile";
import { createSpaces } from "../provider/source/spaces/spaces";

/** One upload in a process of its own: each client begins with nothing warm. */
export interface UploadOrder {
  readonly client: "ours" | "stock";
  readonly path: string;
  readonly key: string;
  readonly to: GatewayKey;
}

export interface UploadFigures {
  readonly seconds: number;
}

if (require.main === module) {
  const order = JSON.parse(process.argv[2] ?? "") as UploadOrder;
  figures(order).then(
    (result) => process.stdout.write(JSON.stringify(result)),
    (error: unknown) => {
      process.exitCode = 1;
      process.stderr.write(String(error));
    },
  );
}

async function figures(order: UploadOrder): Promise<UploadFigures> {
  const upload = order.client === "ours" ? await ours(order) : await stock(order);
  const began = process.hrtime.bigint();
  await upload();
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9 };
}

async function ours({ path, key, to }: UploadOrder): Promise<() => Promise<unknown>> {
  const { signal } = new AbortController();
  const clock = { now: () => Date.now(), sleep: () => new Promise<void>(() => undefined) };
  const store = createSpaces(to, { clock, send: (request) => fetch(request) });
  const file = await openLocalFile(path, { open: (name) => open(name) });
  await store.reach(signal);
  return () => store.upload(key, file.body(), () => undefined, signal);
}

/** The client as it comes, with the settings that it has by itself. */
async function stock({ path, key, to }: UploadOrder): Promise<() => Promise<unknown>> {
  const { HeadBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  const { Upload } = await import("@aws-sdk/lib-storage");
  const client = new S3Client({
    ...{ endpoint: to.endpoint, region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId: to.accessId, secretAccessKey: to.secretKey },
  });
  await client.send(new HeadBucketCommand({ Bucket: to.bucket }));
  return () => new Upload({ client, params: { Bucket: to.bucket, Key: key, Body: createReadStream(path) } }).done();
}
