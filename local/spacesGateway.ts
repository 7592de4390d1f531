import { execFile, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";

const run = promisify(execFile);
const programs = ["monmaptool", "ceph-mon", "ceph-osd", "ceph", "radosgw", "radosgw-admin"];

/** Whether this machine has what a gateway needs (Debian: `ceph-mon`, `ceph-osd`, `radosgw`). */
export function hasSpacesGateway(): boolean {
  return programs.every((program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0);
}

/** A key of the gateway's, and where its bucket is. */
export interface GatewayKey {
  readonly accessId: string;
  readonly secretKey: string;
  readonly bucket: string;
  readonly endpoint: string;
}

/** A Ceph RADOS Gateway, which is what Spaces is built on, with one bucket on loopback. */
export interface SpacesGateway {
  /** Of a key that may do anything in the account. */
  readonly full: GatewayKey;
  /** Of a key that may only read, write and delete in the bucket. */
  readonly limited: GatewayKey;
  /** Keys of the bucket's objects, and of its uploads under way. */
  contents(): Promise<{ readonly objects: readonly string[]; readonly uploads: readonly string[] }>;
  /** An S3 client without anything of ours. */
  readonly client: S3Client;
  stop(): void;
}

const everything = { accessKeyId: "AKTESTFULL", secretAccessKey: "SKTESTFULLSECRET" };
const limited = { accessKeyId: "AKTESTLIMITED", secretAccessKey: "SKTESTLIMITEDSECRET" };
const Bucket = "images";

export interface GatewayOptions {
  /** For more bytes than memory holds. */
  readonly onDisk?: boolean;
  /** An empty folder for it alone, with a short path; default: a new one for temporary files. */
  readonly folder?: string;
}

/** Starts another gateway on loopback, with a bucket and both kinds of key; about a second. */
export async function startSpacesGateway(options: GatewayOptions = {}): Promise<SpacesGateway> {
  const { onDisk = false, folder = await mkdtemp(join(tmpdir(), "spaces-")) } = options;
  const stop = (): void => {
    process.removeListener("exit", stop);
    for (const file of existsSync(folder) ? pidFiles(readdirSync(folder)) : []) kill(join(folder, file));
    rmSync(folder, { recursive: true, force: true });
  };
  // Its daemons are no children of ours: a run that ends early must not leave them.
  process.on("exit", stop);
  try {
    const endpoint = await startGateway(folder, onDisk);
    const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: everything });
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(limitedPolicy) }));
    const settings = (key: typeof everything): GatewayKey => ({
      ...{ accessId: key.accessKeyId, secretKey: key.secretAccessKey },
      ...{ bucket: Bucket, endpoint },
    });
    return {
      full: settings(everything),
      limited: settings(limited),
      client,
      stop: () => {
        client.destroy();
        stop();
      },
      async contents() {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
        const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
        return { objects: Contents.map(({ Key = "" }) => Key), uploads: Uploads.map(({ Key = "" }) => Key) };
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Ends the gateway of a process that was killed, and removes its folder. A daemon that doesn't listen has ended, and its pid may be another's. */
export async function stopAbandonedGateway(folder: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  for (const file of pidFiles(files)) if (await listens(join(folder, file.replace(/pid$/, "asok")))) kill(join(folder, file));
  await rm(folder, { recursive: true, force: true });
}

function pidFiles(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith(".pid"));
}

/** At once: a daemon takes five seconds to end when asked to. */
function kill(pidFile: string): void {
  try {
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function listens(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => resolve(true)).once("error", () => resolve(false));
    connection.once("connect", () => connection.destroy());
  });
}

/** What a Spaces key with read, write and delete permission on one bucket may do. */
const limitedPolicy = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: ["arn:aws:iam:::user/limited"] },
      Action: [
        ...["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"],
        ...["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject"],
      ],
      Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
    },
  ],
};

/** One monitor, one store and one gateway with the settings that make them start at once. Answers the endpoint. */
async function startGateway(folder: string, onDisk: boolean): Promise<string> {
  const [port, monitorPort] = await freePorts();
  const id = randomUUID();
  const endpoint = `http://127.0.0.1:${port}`;
  const settings = {
    fsid: id,
    mon_host: `v2:127.0.0.1:${monitorPort}`,
    public_addr: "127.0.0.1",
    cluster_addr: "127.0.0.1",
    auth_cluster_required: "none",
    auth_service_required: "none",
    auth_client_required: "none",
    ms_mon_client_mode: "crc",
    osd_pool_default_size: 1,
    paxos_propose_interval: 0.02,
    mon_data: `${folder}/mon`,
    osd_data: `${folder}/osd`,
    log_file: `${folder}/$name.log`,
    admin_socket: `${folder}/$name.asok`,
    pid_file: `${folder}/$name.pid`,
    osd_objectstore: onDisk ? "bluestore" : "memstore",
    memstore_device_bytes: 8 * 1024 ** 3,
    bluestore_block_size: 20 * 1024 ** 3,
    rgw_frontends: `beast endpoint=127.0.0.1:${port}`,
    rgw_dns_name: "localhost",
    rgw_gc_obj_min_wait: 5,
    rgw_gc_processor_period: 10,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  await writeFile(`${folder}/ceph.conf`, ["[global]", ...lines, ""].join("\n"));
  await mkdir(`${folder}/mon`);
  await mkdir(`${folder}/osd`);

  const env = { ...process.env, CEPH_CONF: `${folder}/ceph.conf` };
  const ceph = (program: string, ...args: string[]) => run(program, args, { env });
  await ceph("monmaptool", "--create", "--fsid", id, "--addv", "a", `[v2:127.0.0.1:${monitorPort}]`, `${folder}/monmap`);
  await ceph("ceph-mon", "-i", "a", "--mkfs", "--monmap", `${folder}/monmap`);
  await ceph("ceph-mon", "-i", "a");
  await ceph("ceph", "osd", "new", id);
  await ceph("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", id);
  await ceph("ceph-osd", "-i", "0");
  await ceph("radosgw", "-n", "client.rgw");
  await answered(endpoint);
  for (const [uid, key] of Object.entries({ full: everything, limited })) {
    const keys = [`--access-key=${key.accessKeyId}`, `--secret-key=${key.secretAccessKey}`];
    await ceph("radosgw-admin", "user", "create", `--uid=${uid}`, `--display-name=${uid}`, ...keys);
  }
  return endpoint;
}

async function answered(endpoint: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}
