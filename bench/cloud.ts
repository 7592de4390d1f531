import { createHash } from "node:crypto";
import { startEmulator, type StartEmulatorArgs } from "../emulator/main";
import { serveImage } from "./imageSource";

/** What a stack needs of the world: the API and an image that it can import, both on loopback. */
export interface BenchCloud {
  readonly imageUrl: string;
  readonly sshPublicKey: string;
  /** Fingerprint of a key that the account has; `sshPublicKey` is not it. */
  readonly sshKey: string;
  readonly token: string;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the emulator in this process, which waits while the engine works. */
export async function startCloud(options: StartEmulatorArgs["options"], seed: StartEmulatorArgs["seed"] = {}): Promise<BenchCloud> {
  const known = publicKey("known");
  const emulator = await startEmulator({ options, seed: { ...seed, sshKeys: [{ name: "bench", publicKey: known.text }] } });
  const image = await serveImage();
  const close = async () => {
    image.close();
    await emulator.close();
  };
  const { token, url } = emulator;
  return { imageUrl: image.url, sshPublicKey: publicKey("new").text, sshKey: known.fingerprint, token, url, close };
}

export function publicKey(seed: string): { readonly text: string; readonly fingerprint: string } {
  const name = Buffer.from("ssh-ed25519");
  const body = createHash("sha256").update(seed).digest();
  const blob = Buffer.concat([Buffer.from([0, 0, 0, name.length]), name, Buffer.from([0, 0, 0, body.length]), body]);
  const digits = createHash("md5").update(blob).digest("hex").match(/../g) ?? [];
  return { text: `ssh-ed25519 ${blob.toString("base64")} bench`, fingerprint: digits.join(":") };
}
