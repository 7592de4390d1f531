/** The JSON of DigitalOcean's API v2, in the API's own spelling: only what the provider reads or sends. */

export type ImageStatusWire = "NEW" | "new" | "pending" | "available" | "deleted" | "retired";

export interface ImageWire {
  readonly id: number;
  readonly name: string;
  readonly type?: "base" | "snapshot" | "backup" | "custom" | "admin";
  readonly distribution?: string;
  readonly slug?: string | null;
  readonly public?: boolean;
  readonly regions?: readonly string[];
  readonly created_at?: string;
  /** GB; null until the image is available. */
  readonly min_disk_size?: number | null;
  /** GB as stored; null until the image is available. */
  readonly size_gigabytes?: number | null;
  readonly description?: string | null;
  readonly tags?: readonly string[] | null;
  readonly status?: ImageStatusWire;
  readonly error_message?: string;
}

export interface NewImageWire {
  readonly name: string;
  readonly url: string;
  readonly region: string;
  readonly distribution?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
}

export interface ImageChangesWire {
  readonly name?: string;
  readonly distribution?: string;
  readonly description?: string;
}

export interface ActionWire {
  readonly id: number;
  readonly status: "in-progress" | "completed" | "errored";
  readonly type: string;
  readonly started_at: string;
  readonly completed_at: string | null;
  readonly resource_id: number | null;
  readonly resource_type: string;
  readonly region_slug: string | null;
}

export interface DropletWire {
  readonly id: number;
  readonly name: string;
  readonly status: "new" | "active" | "off" | "archive";
  readonly locked: boolean;
  readonly created_at: string;
  readonly image: ImageWire;
  readonly size_slug: string;
  readonly networks: { readonly v4: readonly NetworkWire[] };
  readonly region: { readonly slug: string };
  readonly tags: readonly string[];
  readonly vpc_uuid?: string;
  /** Such as `backups`. */
  readonly features?: readonly string[];
}

export interface NetworkWire {
  readonly ip_address: string;
  readonly type: "public" | "private";
}

export interface NewDropletsWire {
  /** At most 10. */
  readonly names: readonly string[];
  readonly region: string;
  readonly size: string;
  readonly image: number;
  readonly ssh_keys: readonly (string | number)[];
  readonly tags: readonly string[];
  readonly backups?: boolean;
  readonly user_data?: string;
  readonly vpc_uuid?: string;
}

export interface RegionWire {
  readonly slug: string;
  readonly name: string;
  readonly features: readonly string[];
  readonly available: boolean;
  readonly sizes: readonly string[];
}

export interface SizeWire {
  readonly slug: string;
  /** GB. */
  readonly disk: number;
  readonly price_monthly: number;
  readonly regions: readonly string[];
  readonly available: boolean;
}

export interface AccountWire {
  readonly droplet_limit: number;
  readonly uuid: string;
  readonly status: string;
  readonly team?: { readonly uuid: string; readonly name: string };
}

export interface KeyWire {
  readonly id: number;
  readonly fingerprint: string;
}

export interface VpcWire {
  readonly name: string;
  /** The region's slug. */
  readonly region: string;
}

export interface TaggedResourceWire {
  readonly resource_id: string;
  readonly resource_type: "image" | "droplet";
}

export interface LoadBalancerWire {
  readonly id: string;
  readonly name: string;
  /** Chooses the Droplets unless empty. */
  readonly tag: string;
  readonly region: { readonly slug: string };
}

export interface ReservedIpWire {
  readonly ip: string;
  readonly region: { readonly slug: string };
  readonly droplet: { readonly id: number } | null;
  /** Whether an action runs on it. */
  readonly locked?: boolean;
}

export interface MetricsWire {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string | undefined>>;
    /** Each with its time in seconds since the epoch. */
    readonly values: readonly (readonly [at: number, value: string])[];
  }[];
}
