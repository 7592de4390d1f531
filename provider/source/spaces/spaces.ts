import type { ListMultipartUploadsCommandOutput } from "@aws-sdk/client-s3";
import type { Agent } from "node:http";
import { withTimeout } from "../../waiting/timeout";
import type { World } from "../../world";
import { uploadInParts, type PartStore } from "./multipart";
import { StoreRefusal, type ObjectStore, type StoredObject } from "./objectStore";
import { askSpaces, type Ask } from "./spacesClient";
import { expireAfterADay } from "./spacesLifecycle";
import { storeRefusalOf } from "./spacesRefusal";
import { isLoopback } from "../../rules/loopback";
import type { SpacesSettings } from "./spacesSettings";

/** In milliseconds: a run that was interrupted ends soon. */
const cleanUpTime = 10_000;

export interface SpacesWorld extends Pick<World, "clock" | "send"> {
  /** The way to a URL for Node's own client; undefined for the direct one. */
  readonly agentFor?: (url: string) => Agent | undefined;
}

/**
 * A bucket in Spaces. It asks for nothing that a key limited to reading, writing and deleting in this one bucket may not do, except for
 * the expiry, where a refusal counts for nothing.
 */
export function createSpaces(settings: SpacesSettings, world: SpacesWorld): ObjectStore {
  const { bucket: Bucket } = settings;
  const ask = askSpaces(settings, world.agentFor?.(urlOf("", settings)));
  return {
    urlOf: (key) => urlOf(key, settings),
    async reach(signal) {
      await ask("say that it is there", signal, (client, sdk, options) => client.send(new sdk.HeadBucketCommand({ Bucket }), options));
    },
    list: (prefix, signal) => list(Bucket, prefix, ask, signal),
    async upload(key, body, sent, signal) {
      try {
        return await uploadInParts(body, partStore(Bucket, key, ask, world), sent, signal);
      } catch (error) {
        // The request that completes it may have taken effect without an answer.
        await cleanUp(world, (time) => remove(Bucket, key, ask, time)).catch(() => undefined);
        throw error;
      }
    },
    async setVisibility(Key, ACL, signal) {
      await ask(`make an object ${ACL}`, signal, (client, sdk, options) =>
        client.send(new sdk.PutObjectAclCommand({ Bucket, Key, ACL }), options),
      );
    },
    async anonymousStatus(key, signal) {
      try {
        return (await world.send(new Request(urlOf(key, settings), { method: "HEAD", signal }))).status;
      } catch (error) {
        signal.throwIfAborted();
        throw storeRefusalOf((error as Error).cause ?? error, "serve an object", settings);
      }
    },
    remove: (key, signal) => remove(Bucket, key, ask, signal),
    abortUploads: (prefix, signal) => abortUploads(Bucket, prefix, ask, signal),
    expireAfterADay: (prefix, signal) => expireAfterADay(Bucket, prefix, ask, signal),
  };
}

/** Works after an interruption too, so it takes no signal and has a time limit instead. */
function cleanUp({ clock }: Pick<World, "clock">, work: (time: AbortSignal) => Promise<void>): Promise<void> {
  return withTimeout(clock, cleanUpTime, new AbortController().signal, work);
}

async function remove(Bucket: string, Key: string, ask: Ask, signal: AbortSignal): Promise<void> {
  await ask("delete an object", signal, (client, sdk, options) => client.send(new sdk.DeleteObjectCommand({ Bucket, Key }), options));
}

function urlOf(key: string, { bucket, endpoint }: SpacesSettings): string {
  const { protocol, host, hostname } = new URL(endpoint);
  return isLoopback(hostname) ? `${protocol}//${host}/${bucket}/${key}` : `${protocol}//${bucket}.${host}/${key}`;
}

async function list(Bucket: string, Prefix: string, ask: Ask, signal: AbortSignal): Promise<readonly StoredObject[]> {
  const objects: StoredObject[] = [];
  let StartAfter: string | undefined;
  do {
    const { Contents = [], IsTruncated = false } = await ask("list objects", signal, (client, sdk, options) =>
      client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix, StartAfter }), options),
    );
    for (const { Key = "", Size = 0 } of Contents) objects.push({ key: Key, bytes: Size });
    // Continuation tokens are known to fail in Spaces.
    StartAfter = IsTruncated ? objects.at(-1)?.key : undefined;
  } while (StartAfter !== undefined);
  return objects;
}

/** After which upload the next page begins. */
interface Marker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

async function abortUploads(Bucket: string, Prefix: string, ask: Ask, signal: AbortSignal): Promise<number> {
  let [count, next]: [number, Marker | undefined] = [0, {}];
  while (next !== undefined) {
    const page: Marker & { Bucket: string; Prefix: string } = { Bucket, Prefix, ...next };
    const answer: ListMultipartUploadsCommandOutput = await ask("list uploads", signal, (client, sdk, options) =>
      client.send(new sdk.ListMultipartUploadsCommand(page), options),
    );
    for (const { Key = "", UploadId = "" } of answer.Uploads ?? []) {
      await abort({ Bucket, Key, UploadId }, ask, signal);
      count += 1;
    }
    next = answer.IsTruncated === true ? { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker } : undefined;
  }
  return count;
}

async function abort(upload: { Bucket: string; Key: string; UploadId: string }, ask: Ask, signal: AbortSignal): Promise<void> {
  try {
    await ask("give up an upload", signal, (client, sdk, options) => client.send(new sdk.AbortMultipartUploadCommand(upload), options));
  } catch (error) {
    if (!(error instanceof StoreRefusal) || error.status !== 404) throw error;
  }
}

function partStore(Bucket: string, Key: string, ask: Ask, world: Pick<World, "clock">): PartStore {
  const object = { Bucket, Key, ContentType: "application/octet-stream" };
  return {
    async put(Body, signal) {
      await ask("store an object", signal, (client, sdk, options) => client.send(new sdk.PutObjectCommand({ ...object, Body }), options));
    },
    async begin(signal) {
      const { UploadId } = await ask("begin an upload", signal, (client, sdk, options) =>
        client.send(new sdk.CreateMultipartUploadCommand(object), options),
      );
      return given(UploadId, "began an upload without naming it");
    },
    async putPart(UploadId, PartNumber, Body, signal) {
      const part = { Bucket, Key, UploadId, PartNumber, Body };
      const { ETag } = await ask("store a part of an upload", signal, (client, sdk, options) =>
        client.send(new sdk.UploadPartCommand(part), options),
      );
      return given(ETag, "stored a part without naming it");
    },
    async complete(UploadId, marks, signal) {
      const Parts = marks.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
      const upload = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
      await ask("complete an upload", signal, (client, sdk, options) =>
        client.send(new sdk.CompleteMultipartUploadCommand(upload), options),
      );
    },
    async abort(UploadId) {
      await cleanUp(world, (time) => abort({ Bucket, Key, UploadId }, ask, time));
    },
  };
}

function given(name: string | undefined, otherwise: string): string {
  if (name === undefined) throw new StoreRefusal(`Spaces ${otherwise}: run the same command again.`);
  return name;
}
