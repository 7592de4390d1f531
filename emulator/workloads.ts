/** One port that a Droplet listens on. */
export interface Listen {
  readonly port: number;
  /** `http` answers every request, `tcp` accepts, `ssh` accepts and greets. */
  readonly kind: "http" | "tcp" | "ssh";
  /** Status of `http`. Default 200. */
  readonly status?: number;
  /** Seconds from the Droplet's `active` until the port is open. Default 0. */
  readonly delaySeconds?: number;
}

/** What Droplets of one image listen on. */
export interface Workload {
  /** SHA-256 of the file that the image was imported from, in hex. */
  readonly sha256: string;
  readonly listen: readonly Listen[];
}

const defaultPorts: readonly Listen[] = [
  { port: 22, kind: "ssh" },
  { port: 80, kind: "http" },
  { port: 8080, kind: "http" },
];

/** Workloads by the digest of the image's bytes. */
export class Workloads {
  readonly #byDigest = new Map<string, readonly Listen[]>();

  /** Sets what Droplets of an image listen on from their next start. Throws one sentence if the workload is invalid. */
  set(workload: Workload): void {
    checkWorkload(workload);
    this.#byDigest.set(workload.sha256.toLowerCase(), workload.listen);
  }

  /** What a Droplet of the image with these bytes listens on: SSH on 22 and HTTP 200 on 80 and 8080 unless set. */
  of(sha256: string | undefined): readonly Listen[] {
    return this.#byDigest.get(sha256 ?? "") ?? defaultPorts;
  }

  list(): readonly Workload[] {
    return [...this.#byDigest].map(([sha256, listen]) => ({ sha256, listen }));
  }
}

function checkWorkload({ sha256, listen }: { readonly sha256: unknown; readonly listen: unknown }): void {
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new Error(`\`sha256\` must be 64 hexadecimal digits, got ${JSON.stringify(sha256)}.`);
  }
  if (!Array.isArray(listen)) throw new Error(`\`listen\` must be a list, got ${JSON.stringify(listen)}.`);
  for (const { port, kind } of listen as readonly Listen[]) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`\`port\` must be from 1 to 65535, got ${port}.`);
    if (!["http", "tcp", "ssh"].includes(kind)) throw new Error(`\`kind\` must be \`http\`, \`tcp\` or \`ssh\`, got ${kind}.`);
  }
}
