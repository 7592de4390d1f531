import { useEmulator, type EmulatorUnderTest } from "../../helpers/emulator";
import { useStack, type Stack } from "../../helpers/engine";

interface Key {
  readonly id: number;
  readonly name: string;
  readonly fingerprint: string;
  readonly public_key: string;
}

const publicKey = (fill: string) =>
  `ssh-ed25519 ${Buffer.from(`\0\0\0\x0bssh-ed25519\0\0\0 ${fill.repeat(32)}`).toString("base64")} deploy`;
const type = "digitalocean:index/sshKey:SshKey";

let emulator: EmulatorUnderTest;
let stack: Stack;

beforeAll(async () => {
  emulator = await useEmulator();
});

afterAll(() => emulator.close());

beforeEach(async () => {
  await emulator.control("reset", {});
  stack = await useStack({
    program: "tests/local/programs/sshKey",
    config: { "ssh-key:keyName": "deploy", "ssh-key:publicKey": publicKey("a") },
    env: { DIGITALOCEAN_TOKEN: emulator.token, DIGITALOCEAN_API_URL: emulator.url },
  });
});

async function keys(): Promise<readonly Key[]> {
  return (await emulator.call<{ ssh_keys: readonly Key[] }>("GET", "/v2/account/keys")).body.ssh_keys;
}

async function theKey(): Promise<Key> {
  const [key, ...others] = await keys();
  expect(others).toEqual([]);
  return key!;
}

/** Methods and paths of the requests that `work` makes. */
async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await emulator.requests()).length;
  await work();
  return (await emulator.requests()).slice(before).map(({ method, path }) => `${method} ${path}`);
}

test("makes a key, does nothing when nothing changed, and deletes it", async () => {
  expect(await stack.update()).toSucceed();
  const key = await theKey();
  expect(key).toMatchObject({ name: "deploy", public_key: publicKey("a") });
  expect(await stack.outputs()).toEqual({ id: String(key.id), fingerprint: key.fingerprint });

  expect(await requestsOf(() => stack.update("--expect-no-changes"))).toEqual([]);

  expect(await stack.destroy()).toSucceed();
  expect(await keys()).toEqual([]);
});

test("renames in place, and replaces where the key itself changes", async () => {
  await stack.update();
  const first = await theKey();

  await stack.setConfig({ "ssh-key:keyName": "renamed" });
  expect(await requestsOf(() => stack.update())).toEqual([`PUT /v2/account/keys/${first.id}`]);
  expect(await theKey()).toEqual({ ...first, name: "renamed" });

  await stack.setConfig({ "ssh-key:publicKey": publicKey("b") });
  expect(await stack.update()).toSucceed();
  const second = await theKey();
  expect(second).toMatchObject({ name: "renamed", public_key: publicKey("b") });
  expect(second.id).not.toBe(first.id);
});

test("makes a key again that was deleted outside, once a refresh has seen it", async () => {
  await stack.update();
  const first = await theKey();
  await emulator.call("DELETE", `/v2/account/keys/${first.id}`);

  expect(await stack.update("--refresh")).toSucceed();

  expect((await theKey()).id).not.toBe(first.id);
});

test("imports a key that is there", async () => {
  const { body } = await emulator.call<{ ssh_key: Key }>("POST", "/v2/account/keys", { name: "deploy", public_key: publicKey("a") });

  expect(await stack.import(type, "deploy", String(body.ssh_key.id), "--protect=false")).toSucceed();

  expect(await requestsOf(() => stack.update("--expect-no-changes"))).toEqual([]);
});

test("repeats the API's own message, without the token", async () => {
  await emulator.call("POST", "/v2/account/keys", { name: "other", public_key: publicKey("a") });

  const up = await stack.update();

  expect(up.code).not.toBe(0);
  expect(up.stdout).toContain(`POST ${emulator.url}/v2/account/keys was answered 422: SSH Key is already in use on your account`);
  expect(up.stdout + up.stderr).not.toContain(emulator.token);
});
