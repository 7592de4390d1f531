import type { PropertyTable } from "../../provider/host/property";

/** One `digitalocean:` type that stacks use, as a row: enough for create, read, update, import and delete. */
export interface Row {
  readonly token: string;
  readonly doc: string;
  /** Path of the collection below `/v2/`; one of it is `<collection>/<id>`. */
  readonly collection: string;
  /** The key around one of it in the API's answers. */
  readonly envelope: string;
  /** The API's field that is the Pulumi id. */
  readonly id: string;
  /** Named as the official plugin names them; the API's field is the same in snake_case. */
  readonly inputs: PropertyTable;
  readonly outputs: PropertyTable;
}

/** The official plugin makes up a `name` that is left out; here it has to be said. */
export const table: readonly Row[] = [
  {
    token: "digitalocean:index/sshKey:SshKey",
    doc: "A public SSH key of the account.",
    collection: "account/keys",
    envelope: "ssh_key",
    id: "id",
    inputs: {
      name: { shape: "string", doc: "Name of the key.", required: true },
      publicKey: { shape: "string", doc: "The public key, one line as in `authorized_keys`.", required: true, change: "replace" },
    },
    outputs: { fingerprint: { shape: "string", doc: "Fingerprint of the key.", required: true } },
  },
  {
    token: "digitalocean:index/tag:Tag",
    doc: "A tag that resources can carry.",
    collection: "tags",
    envelope: "tag",
    id: "name",
    inputs: { name: { shape: "string", doc: "Name of the tag.", required: true, change: "replace" } },
    outputs: {},
  },
];
