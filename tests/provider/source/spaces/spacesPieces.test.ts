import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";

import type { S3Client } from "@aws-sdk/client-s3";
import { inPieces } from "../../../../provider/source/spaces/spacesPieces";

type Handler = (args: { readonly request: { readonly body: unknown } }) => Promise<unknown>;

/** What would be sent for a request with that body. */
async function sent(body: unknown): Promise<unknown> {
  let middleware: ((next: Handler) => Handler) | undefined;
  const stack = { add: (added: typeof middleware) => (middleware = added) } as unknown as S3Client["middlewareStack"];
  inPieces(stack);
  const request = { body };
  const answer = await middleware?.((args) => Promise.resolve(args.request.body))({ request });
  expect(request.body).toBe(body);
  return answer;
}

describe("What a request carries", () => {
  it("is handed to its connection in pieces of 64 KiB, and is still whole for another try", async () => {
    const part = randomBytes(1_000_000);
    const body = await sent(part);
    expect(body).toBeInstanceOf(Readable);
    const pieces: Buffer[] = [];
    for await (const piece of body as Readable) pieces.push(piece as Buffer);
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(65_536);
    expect(Buffer.concat(pieces).equals(part)).toBe(true);
  });

  it.each([undefined, "<Delete/>", randomBytes(65_536)])("goes as it is where it is small", async (body) => {
    expect(await sent(body)).toBe(body);
  });
});
