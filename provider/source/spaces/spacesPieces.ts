import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";

/** In bytes: more than a connection takes at once is not handed to it. */
const pieceBytes = 64 * 1024;

/**
 * Hands a part to its connection piece by piece, as fast as it takes them. Handed the whole part, a connection under TLS would encrypt it at
 * once and hold it a second time. The part itself stays as it is, so it is signed, and sent again where it has to be.
 */
export function inPieces(stack: S3Client["middlewareStack"]): void {
  stack.add(
    (next) => (args) => {
      const request = args.request as { readonly body?: unknown };
      const { body } = request;
      if (!(body instanceof Uint8Array) || body.length <= pieceBytes) return next(args);
      const copy = Object.assign(Object.create(Object.getPrototypeOf(request) as object) as object, request, { body: piecesOf(body) });
      return next({ ...args, request: copy });
    },
    // Nothing but the sending comes after it, which each retry does anew.
    { step: "deserialize", priority: "low", name: "inPieces" },
  );
}

function piecesOf(bytes: Uint8Array): Readable {
  function* pieces(): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  return Readable.from(pieces(), { objectMode: false, highWaterMark: pieceBytes });
}
