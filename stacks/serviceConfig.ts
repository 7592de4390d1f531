import { z } from "zod";

/** A clause that continues the path of a value that is at fault. */
const must = (expectation: string) => ({ error: expectation });
const text = (expectation: string, pattern = /\S/) => z.string(must(expectation)).regex(pattern, must(expectation));
const number = z.number(must("must be a number"));
const integer = z.int(must("must be a whole number"));
const boolean = z.boolean(must("must be true or false"));
/** Every value that is neither list nor map comes as text. */
const counted = z.preprocess((value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value), integer);

/** A count or a percentage of the fleet's count. */
const isSize = must("must be a count such as 1, or a percentage such as `25%`");
const size = z.union([z.int(isSize), z.string().regex(/^\d+%?$/, isSize)], isSize);

const region = text("must be a region slug such as `ams3`", /^[a-z]{2,8}[0-9]{1,2}$/);
const regionList = must('must be a list of region slugs such as `["nyc3", "ams3"]`');

/** One fleet; each property is the argument of `DropletFleet` of the same name. */
// The form alone: ranges, and what excludes what, are the fleet's to check, with the limits that its reference page gives.
const fleet = map({
  region,
  size: text("must be a size slug such as `s-1vcpu-1gb`"),
  count: integer,
  userData: text("must be text").optional(),
  vpcUuid: text("must be the UUID of a VPC").optional(),
  tags: z.array(text("must be a tag"), must("must be a list of tags")).optional(),
  servingTags: z.array(text("must be a tag"), must("must be a list of tags")).optional(),
  projectId: text("must be the id of a project").optional(),
  backups: boolean.optional(),
  gate: map({
    http: map({
      port: integer,
      path: text("must be a path such as `/`").optional(),
      status: z.array(text("must be a status or a range such as `200-399`"), must("must be a list of statuses")).optional(),
      https: boolean.optional(),
      host: text("must be a host name").optional(),
    }).optional(),
    tcp: map({ port: integer }).optional(),
    ssh: map({ port: integer.optional() }).optional(),
    loadBalancer: text("must be the id of a load balancer").optional(),
    active: boolean.optional(),
    address: text("must be `public` or `private`").optional(),
    successThreshold: integer.optional(),
    intervalSeconds: number.optional(),
    timeoutSeconds: number.optional(),
    deadlineSeconds: number.optional(),
    bakeSeconds: number.optional(),
  }).optional(),
  rollout: map({
    maxSurge: size.optional(),
    maxUnavailable: size.optional(),
    maxFailures: size.optional(),
    canary: z.array(map({ count: size, bakeSeconds: number.optional() }), must("must be a list of stages")).optional(),
    drainSeconds: number.optional(),
    shutdownSeconds: number.optional(),
  }).optional(),
});

const fleetName = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i);

/** What one stack wants, read from `Pulumi.<stack>.yaml`. */
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
  /** Slugs of the regions the image is wanted in; the first is where it is imported. */
  regions: z.array(region, regionList).min(1, regionList),
  /** Public half of the key that opens the Droplets, as in an `id_ed25519.pub`. */
  sshPublicKey: text("must be a public key such as the line in `~/.ssh/id_ed25519.pub`", /^(ssh|ecdsa|sk)-\S+ \S+/),
  /** The fleets by name, each in one of `regions`. */
  fleets: z.record(fleetName, fleet, {
    error: ({ code }) =>
      code === "invalid_key"
        ? "must be named in the letters of a host name"
        : "must be a map of fleets by name, in the letters of a host name",
  }),
});

export type ServiceConfig = z.infer<typeof serviceConfig>;

/** A map of these keys and no others. */
function map<T extends z.core.$ZodLooseShape>(shape: T) {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => (code === "unrecognized_keys" ? `is not known here, where there can be ${known}` : `must be a map of ${known}`),
  });
}
