import { createHash } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";

type MiddlewareStack = S3Client["middlewareStack"];

interface OutgoingRequest {
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/**
 * Spaces is known to refuse the checksum headers that the client sends of its own accord, and documents `Content-MD5` for the calls that
 * need a checksum. Even when told to send them only where required, the client sends them with access rights, so they are replaced here.
 */
export function withoutChecksumHeaders(stack: MiddlewareStack): void {
  stack.add(
    (next) => (args) => {
      const { headers, body } = args.request as OutgoingRequest;
      const names = Object.keys(headers).filter((name) => /^x-amz-(sdk-)?checksum-/i.test(name));
      for (const name of names) Reflect.deleteProperty(headers, name);
      const sealed = body === undefined ? "" : body;
      if (names.length > 0 && (typeof sealed === "string" || sealed instanceof Uint8Array)) {
        headers["content-md5"] = createHash("md5").update(sealed).digest("base64");
      }
      return next(args);
    },
    // After everything that adds headers, before the signature.
    { step: "build", priority: "low", name: "withoutChecksumHeaders" },
  );
}
