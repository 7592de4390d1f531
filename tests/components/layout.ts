import * as pulumi from "@pulumi/pulumi";

/** One resource as a program registered it: what the engine is sent, and the options that mocks don't show. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly provider: string | undefined;
}

export interface Options {
  readonly parent: string | undefined;
  readonly deletedWith: string | undefined;
  readonly customTimeouts: pulumi.CustomTimeouts | undefined;
  readonly version: string | undefined;
  /** Only where one is given. */
  readonly import?: string;
}

/** A stack that exists only in this process: every resource is created at once, with the outputs that the provider would give. */
export class Layout {
  readonly resources: Registered[] = [];
  /** What functions were called with. */
  readonly calls: pulumi.runtime.MockCallArgs[] = [];
  readonly options = new Map<string, Options>();
  /** A resource of this name, or of this type and name as in `Firewall web`, is created only when the promise is fulfilled. */
  readonly held = new Map<string, Promise<void>>();

  /** A fleet of this name has paused, and waits for this approval. */
  readonly paused = new Map<string, string>();

  async start(project = "shop", stack = "dev"): Promise<void> {
    const newResource = async ({
      type,
      name,
      inputs,
      provider,
    }: pulumi.runtime.MockResourceArgs): Promise<pulumi.runtime.MockResourceResult> => {
      await (this.held.get(name) ?? this.held.get(`${type.replace(/.*:/, "")} ${name}`));
      this.resources.push({ type: kind(type), name, inputs: inputs as Registered["inputs"], provider });
      const awaiting = kind(type) === "Fleet" && this.paused.has(name) ? { rollout: { awaiting: this.paused.get(name) } } : {};
      return { id: `${name}-id`, state: { ...(inputs as object), ...outputs(kind(type), inputs as Registered["inputs"]), ...awaiting } };
    };
    const call = (args: pulumi.runtime.MockCallArgs): Record<string, unknown> => {
      this.calls.push(args);
      return {};
    };
    await pulumi.runtime.setMocks({ newResource, call }, project, stack);
  }

  /** Give it as an option to a component: it and its children then leave their options in `options`, by `<Type> <name>`. */
  readonly watched: pulumi.ComponentResourceOptions = {
    transformations: [
      ({ type, name, opts }) => {
        const { parent, deletedWith, customTimeouts, version, import: importId } = opts as pulumi.CustomResourceOptions;
        const brought = importId === undefined ? {} : { import: importId };
        this.options.set(`${kind(type)} ${name}`, {
          parent: nameOf(parent),
          deletedWith: nameOf(deletedWith),
          customTimeouts,
          version,
          ...brought,
        });
        return undefined;
      },
    ],
  };

  /** The registrations of one type, ordered by name: the order in which they arrive means nothing. */
  async of(type: string): Promise<Registered[]> {
    await settled();
    return this.resources.filter((resource) => resource.type === type).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Forgets everything, once whatever the last test began is through. */
  async clear(): Promise<void> {
    await settled();
    this.resources.length = 0;
    this.calls.length = 0;
    this.options.clear();
    this.held.clear();
  }
}

/** Resolves once every registration that was begun is through. Pulumi's mocks have no other way to say so, and no type for this one. */
export function settled(): Promise<void> {
  return (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}

/** The value of an output, once it is there. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

function kind(type: string): string {
  return type.replace("imagefleet:index:", "");
}

function nameOf(resource: pulumi.Resource | undefined): string | undefined {
  if (resource === undefined) return undefined;
  return `${resource.constructor.name} ${(resource as unknown as { __name: string }).__name}`;
}

function outputs(type: string, inputs: Registered["inputs"]): Record<string, unknown> {
  switch (type) {
    case "ImageImport":
      return { imageId: "4711", regions: [inputs["region"]], digest: "ab".repeat(32), minDiskSize: 10, sizeGigabytes: 0.4 };
    case "ImageReplica":
      return { status: "available" };
    case "Fleet":
      return {
        droplets: [{ id: "1", dropletUrn: "do:droplet:1", name: "web-1", ipv4: "192.0.2.1", privateIpv4: "10.0.0.1" }],
        addresses: ["192.0.2.1"],
        fleetTag: "imagefleet:fleet:f1",
        servingTag: "imagefleet:serving:f1",
        rollout: {},
      };
    case "digitalocean:index/sshKey:SshKey":
      return { fingerprint: "aa:bb" };
    case "digitalocean:index/loadBalancer:LoadBalancer":
      return { ip: `lb.${String(inputs["region"])}`, loadBalancerUrn: `do:loadbalancer:${String(inputs["region"])}`, status: "active" };
    case "digitalocean:index/reservedIp:ReservedIp":
      return { ipAddress: `ip.${String(inputs["region"])}`, reservedIpUrn: `do:reservedip:${String(inputs["region"])}` };
    case "digitalocean:index/dnsRecord:DnsRecord":
      return { fqdn: `${String(inputs["name"])}.${String(inputs["domain"])}` };
    default:
      return {};
  }
}
