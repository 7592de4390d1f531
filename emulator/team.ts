import { createHash } from "node:crypto";

import type { ActionRow } from "./routes/actions";
import type { DropletRow } from "./routes/droplets";
import type { ImageRow } from "./routes/images";
import type { KeyRow } from "./routes/keys";
import type { TagRow } from "./routes/tags";
import type { VpcRow } from "./routes/vpcs";
import { Shelf } from "./shelf";

/** A credential: which team it acts for and, where it is limited, what it may do. */
export interface Token {
  readonly token: string;
  readonly team: Team;
  /** Scopes such as `image:create`; absent is full access. */
  readonly scopes?: ReadonlySet<string>;
}

/** Everything that belongs to one team: no other team's token sees it. */
export class Team {
  readonly name: string;
  readonly uuid: string;
  /** Id of the one user that every token of the team belongs to. */
  readonly ownerUuid: string;
  readonly actions = new Shelf<ActionRow>();
  readonly droplets = new Shelf<DropletRow>();
  readonly images = new Shelf<ImageRow>();
  readonly keys = new Shelf<KeyRow>();
  readonly tags = new Shelf<TagRow>();
  readonly vpcs = new Shelf<VpcRow>();

  constructor(name: string) {
    this.name = name;
    this.uuid = digest(`team ${name}`);
    this.ownerUuid = digest(`owner of ${name}`);
  }
}

function digest(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
