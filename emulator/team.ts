import { createHash } from "node:crypto";

import type { ActionRow } from "./routes/actions";
import type { CertificateRow } from "./routes/certificates";
import type { DomainRow } from "./routes/domains";
import type { DropletRow } from "./routes/droplets";
import type { FirewallRow } from "./routes/firewalls";
import type { ImageRow } from "./routes/images";
import type { KeyRow } from "./routes/keys";
import type { LoadBalancerRow } from "./routes/loadBalancers";
import type { ProjectRow } from "./routes/projects";
import type { ReservedIpRow } from "./routes/reservedIps";
import type { TagRow } from "./routes/tags";
import type { VpcRow } from "./routes/vpcs";
import { Store } from "./store";

/** A token: the team that it acts for and the scopes that limit it. */
export interface Token {
  readonly token: string;
  readonly team: Team;
  /** Scopes such as `image:create`. Default full access. */
  readonly scopes?: ReadonlySet<string>;
}

/** Everything that belongs to one team: no other team's token sees it. */
export class Team {
  readonly name: string;
  readonly uuid: string;
  /** Id of the one user that every token of the team belongs to. */
  readonly ownerUuid: string;
  readonly actions = new Store<ActionRow>();
  readonly certificates = new Store<CertificateRow>();
  readonly domains = new Store<DomainRow>();
  readonly droplets = new Store<DropletRow>();
  readonly firewalls = new Store<FirewallRow>();
  readonly images = new Store<ImageRow>();
  readonly keys = new Store<KeyRow>();
  readonly loadBalancers = new Store<LoadBalancerRow>();
  readonly projects = new Store<ProjectRow>();
  readonly reservedIps = new Store<ReservedIpRow>();
  readonly tags = new Store<TagRow>();
  readonly vpcs = new Store<VpcRow>();

  constructor(name: string) {
    this.name = name;
    this.uuid = digest(`team ${name}`);
    this.ownerUuid = digest(`owner of ${name}`);
  }
}

function digest(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
