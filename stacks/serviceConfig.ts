import { z } from "zod";
import { fleetConfig } from "./fleetConfig";
import { boolean, integer, map, must, number, text } from "./shapes";

const port = integer;
const addresses = z.array(text("must be an address or a range such as `198.51.100.7/32`"), must("must be a list of addresses and ranges"));
/** Every value that is neither list nor map comes as text. */
const counted = z.preprocess((value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value), integer);

const region = text("must be a region slug such as `ams3`", /^[a-z]{2,8}[0-9]{1,2}$/);
const regionList = must('must be a list of region slugs such as `["nyc3", "ams3"]`');
const byRegion = <T extends z.ZodType>(what: T, expectation: string) => z.record(region, what, must(expectation));

const rule = {
  protocol: text("must be `tcp`, `udp` or `icmp`", /^(tcp|udp|icmp)$/),
  portRange: text("must be a port, a range such as `8000-9000`, or `all`").optional(),
};

/** What one stack wants, read from `Pulumi.<stack>.yaml`; most of it are arguments of `ImageService`. */
export const serviceConfig = map({
  /** Where DigitalOcean fetches the image; or `imagePath`. */
  imageUrl: text(
    "must be an http, https or ftp URL such as `https://images.example.com/web.qcow2.gz`",
    /^(https?|ftp):\/\/\S+$/,
  ).optional(),
  /** A local image file, which passes through the Spaces bucket of `imagefleet:spacesBucket`. */
  imagePath: text("must be the path of an image file").optional(),
  /** SHA-256 of that file; a new URL with the same digest then changes nothing. */
  imageSha256: text("must be 64 hexadecimal digits", /^[0-9a-f]{64}$/i).optional(),
  /** How many earlier versions of the image are kept: going back to one of them needs no import. Default: 0. */
  retain: counted.optional(),
  /** Slugs of the regions that serve; the first is where the image is imported. */
  regions: z.array(region, regionList).min(1, regionList),
  /** Regions in the order in which they change. Default: all at once. */
  waves: z.array(z.array(region, regionList), must('must be a list of lists of regions such as `[["ams3"], ["fra1"]]`')).optional(),
  /** Public half of the key that opens the Droplets, as in an `id_ed25519.pub`. */
  sshPublicKey: text("must be a public key such as the line in `~/.ssh/id_ed25519.pub`", /^(ssh|ecdsa|sk)-\S+ \S+/),
  /** The fleet of each region. */
  fleet: fleetConfig,
  /** What differs from `fleet`, by region. */
  overrides: byRegion(fleetConfig.partial(), "must be a map by region of what differs from `fleet`").optional(),
  /** A VPC a region. Default: each region's default one. */
  vpc: map({
    ipRanges: byRegion(text("must be a range such as `10.10.0.0/20`"), "must be a map of ranges by region").optional(),
    uuids: byRegion(text("must be the UUID of a VPC"), "must be a map of UUIDs by region").optional(),
  }).optional(),
  /** A firewall around all Droplets. Default: none. */
  firewall: map({
    inboundRules: z.array(map({ ...rule, sourceAddresses: addresses }), must("must be a list of rules")).optional(),
    outboundRules: z.array(map({ ...rule, destinationAddresses: addresses }), must("must be a list of rules")).optional(),
    gateFrom: addresses.optional(),
  }).optional(),
  /** A load balancer a region. Default: none. */
  loadBalancer: map({
    port,
    path: text("must be a path such as `/`", /^\//).optional(),
    forwardingRules: z
      .array(
        map({
          entryPort: port,
          entryProtocol: text("must be `http`, `https` or `tcp`", /^(http|https|tcp)$/),
          targetPort: port,
          targetProtocol: text("must be `http`, `https` or `tcp`", /^(http|https|tcp)$/),
          tlsPassthrough: boolean.optional(),
          certificateName: text("must be the name of a certificate").optional(),
        }),
        must("must be a list of rules"),
      )
      .optional(),
    sizeUnit: integer.optional(),
    healthcheck: map({
      checkIntervalSeconds: integer.optional(),
      responseTimeoutSeconds: integer.optional(),
      healthyThreshold: integer.optional(),
      unhealthyThreshold: integer.optional(),
    }).optional(),
  }).optional(),
  /** How many Droplets of each region keep an address of their own. Default: 0. */
  reservedIps: counted.optional(),
  /** A name for the addresses that stay. Default: none. */
  dns: map({
    domain: text("must be a domain of the account such as `example.com`"),
    name: text("must be a name in it such as `www`").optional(),
    ttl: number.optional(),
  }).optional(),
  /** The project that all of it is put into, which is made. Default: none. */
  project: map({
    name: text("must be text").optional(),
    purpose: text("must be text").optional(),
    environment: text("must be `Development`, `Staging` or `Production`", /^(Development|Staging|Production)$/).optional(),
  }).optional(),
});

export type ServiceConfig = z.infer<typeof serviceConfig>;
