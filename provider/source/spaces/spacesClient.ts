import type { Agent } from "node:http";
import type { S3Client } from "@aws-sdk/client-s3";
import { withoutChecksumHeaders } from "./spacesHeaders";
import { inPieces } from "./spacesPieces";
import { storeRefusalOf } from "./spacesRefusal";
import { isLoopback } from "../../rules/loopback";
import type { SpacesSettings } from "./spacesSettings";

type Sdk = typeof import("@aws-sdk/client-s3");

/** Sends one request with the client it is given, and hands the options on. */
type Request<T> = (client: S3Client, sdk: Sdk, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

/**
 * Does one thing in Spaces, with retries, as far as the signal lets it. Throws `StoreRefusal`; `what` says in it what was to be done:
 * "list objects".
 */
export type Ask = <T>(what: string, signal: AbortSignal, request: Request<T>) => Promise<T>;

/** The S3 client is loaded with the first request: most runs stage nothing. */
export function askSpaces(settings: SpacesSettings, agent?: Agent): Ask {
  let connected: Promise<{ sdk: Sdk; client: S3Client }> | undefined;
  return async (what, signal, request) => {
    signal.throwIfAborted();
    const { sdk, client } = await (connected ??= connect(settings, agent));
    try {
      return await request(client, sdk, { abortSignal: signal });
    } catch (error) {
      signal.throwIfAborted();
      throw storeRefusalOf(error, what, settings);
    }
  };
}

async function connect(
  { accessId, secretKey, endpoint }: SpacesSettings,
  agent: Agent | undefined,
): Promise<{ sdk: Sdk; client: S3Client }> {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    endpoint,
    // Spaces takes any signing region, and creates nothing for another.
    region: "us-east-1",
    forcePathStyle: isLoopback(new URL(endpoint).hostname),
    credentials: { accessKeyId: accessId, secretAccessKey: secretKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    retryMode: "standard",
    maxAttempts: 5,
    // Neither another tool's profile nor its endpoint decides where bits go.
    ignoreConfiguredEndpointUrls: true,
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000, ...(agent === undefined ? {} : { httpsAgent: agent }) },
  });
  withoutChecksumHeaders(client.middlewareStack);
  inPieces(client.middlewareStack);
  return { sdk, client };
}
