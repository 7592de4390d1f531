import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { inMemory, type InMemoryEmulator } from "./inMemory";

let emulator: InMemoryEmulator;
beforeEach(() => (emulator = inMemory()));
afterEach(() => emulator.close());

/** A key and a certificate that it signed itself, for names. */
function selfSigned(names: readonly string[]): { private_key: string; leaf_certificate: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "imagefleet-certificate-"));
  const [key, certificate] = [path.join(folder, "key"), path.join(folder, "certificate")];
  const subject = ["-subj", "/CN=web", "-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  execFileSync("openssl", ["req", "-x509", "-nodes", ...curve, ...subject, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  const pem = { private_key: readFileSync(key, "utf8"), leaf_certificate: readFileSync(certificate, "utf8") };
  rmSync(folder, { recursive: true });
  return pem;
}

const post = (body: object) => emulator.call<{ certificate: { id: string } }>("POST", "/v2/certificates", body);

test("a certificate of one's own says what is in it, and needs its own key", async () => {
  const pem = selfSigned(["example.com", "www.example.com"]);
  const { status, body } = await post({ name: "web", type: "custom", ...pem });
  expect([status, body.certificate]).toMatchObject([
    201,
    {
      ...{ name: "web", type: "custom", state: "verified", dns_names: ["example.com", "www.example.com"] },
      sha1_fingerprint: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown,
    },
  ]);
  expect(JSON.stringify(body)).not.toContain("PRIVATE KEY");
  expect((await post({ name: "web", ...pem })).status).toBe(422);
  const { private_key } = selfSigned(["example.com"]);
  expect((await post({ name: "other", ...pem, private_key })).body).toMatchObject({
    message: "`private_key` must be the key of `leaf_certificate`.",
  });
});

test("one of Let's Encrypt is for domains of the team, and is verified after a while", async () => {
  const asked = { name: "web", type: "lets_encrypt", dns_names: ["www.example.com"] };
  expect((await post(asked)).status).toBe(422);
  await emulator.call("POST", "/v2/domains", { name: "example.com" });
  const { certificate } = (await post(asked)).body;
  expect(certificate).toMatchObject({ state: "pending" });
  await emulator.clock.advance(1000);
  const { body } = await emulator.call("GET", `/v2/certificates/${certificate.id}`);
  expect(body).toMatchObject({ certificate: { state: "verified" } });
  expect((await emulator.call("DELETE", `/v2/certificates/${certificate.id}`)).status).toBe(204);
  expect((await emulator.call("GET", "/v2/certificates?name=web")).body).toMatchObject({ certificates: [] });
});
