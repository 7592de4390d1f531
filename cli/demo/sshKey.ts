import { generateKeyPairSync } from "node:crypto";

/** The public half of a fresh ed25519 key in OpenSSH's format. The private half is thrown away: nobody logs in to the emulator's Droplets. */
export function throwawayPublicKey(): string {
  const { publicKey } = generateKeyPairSync("ed25519");
  const point = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const blob = Buffer.concat([field(Buffer.from("ssh-ed25519")), field(point)]);
  return `ssh-ed25519 ${blob.toString("base64")} imagefleet-demo`;
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
