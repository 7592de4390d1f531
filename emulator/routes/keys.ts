import { createHash } from "node:crypto";

import { invalid, noContent, notFound, page } from "../answers";
import { requiredText } from "../fields";
import type { ApiCall, Route } from "../route";
import type { Team } from "../team";

/** An SSH key as the API shows it. */
export interface KeyRow {
  readonly id: number;
  readonly fingerprint: string;
  readonly public_key: string;
  name: string;
}

/** The key with this id or fingerprint, as a read at `now` sees it. */
export function findKey(team: Team, reference: string, now: number): KeyRow | undefined {
  return team.keys.read(reference, now) ?? team.keys.list(now).find((key) => key.fingerprint === reference);
}

/** A key from its public half. Throws a 422 where that is none. */
export function createKey(id: number, name: string, publicKey: string): KeyRow {
  const [type, blob] = publicKey.trim().split(/\s+/);
  if (type === undefined || blob === undefined || !/^(ssh|ecdsa|sk)-/.test(type)) {
    throw invalid("Key invalid, key should be of the format `ssh-rsa AAAA... user@host`");
  }
  const digest = createHash("md5").update(Buffer.from(blob, "base64")).digest("hex");
  return { id, fingerprint: (digest.match(/../g) ?? []).join(":"), public_key: publicKey, name };
}

function required(call: ApiCall): KeyRow {
  const key = findKey(call.team, call.params.key ?? "", call.now);
  if (key === undefined) throw notFound();
  return key;
}

export const keyRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/account/keys",
    scope: "ssh_key:read",
    handle: (call) => page(call, "ssh_keys", call.team.keys.list(call.listedAt), (key) => key),
  },
  {
    method: "POST",
    path: "/v2/account/keys",
    scope: "ssh_key:create",
    body: { name: "modelled", public_key: "modelled", id: "noEffect", fingerprint: "noEffect" },
    handle: ({ cloud, team, body, visibleAt }) => {
      const key = createKey(cloud.ids.next("key"), requiredText(body, "name"), requiredText(body, "public_key"));
      if (team.keys.all().some((other) => other.fingerprint === key.fingerprint)) {
        throw invalid("SSH Key is already in use on your account");
      }
      team.keys.add(key, visibleAt);
      return { status: 201, body: { ssh_key: key } };
    },
  },
  {
    method: "GET",
    path: "/v2/account/keys/:key",
    scope: "ssh_key:read",
    handle: (call) => ({ status: 200, body: { ssh_key: required(call) } }),
  },
  {
    method: "PUT",
    path: "/v2/account/keys/:key",
    scope: "ssh_key:update",
    body: { name: "modelled" },
    handle: (call) => {
      const key = required(call);
      key.name = requiredText(call.body, "name");
      return { status: 200, body: { ssh_key: key } };
    },
  },
  {
    method: "DELETE",
    path: "/v2/account/keys/:key",
    scope: "ssh_key:delete",
    handle: (call) => {
      call.team.keys.remove(required(call).id, call.visibleAt);
      return noContent;
    },
  },
];
