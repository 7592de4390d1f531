import { z } from "zod";
import { boolean, integer, map, must, number, text } from "./shapes";

const share = z.union([integer, z.string().regex(/^\d+%$/)], must("must be a count such as `1` or a percentage such as `25%`"));
const port = integer;

/** The fleet of a region; each property is the argument of `DropletFleet` of the same name. */
// The form alone: ranges, and what excludes what, are the fleet's to check, with the limits that its reference page gives.
export const fleetConfig = map({
  size: text("must be a size slug such as `s-1vcpu-1gb`"),
  count: integer,
  userData: text("must be text").optional(),
  tags: z.array(text("must be a tag"), must("must be a list of tags")).optional(),
  backups: boolean.optional(),
  gate: map({
    http: map({
      port,
      path: text("must be a path such as `/`").optional(),
      status: z.array(text("must be a status or a range such as `200-399`"), must("must be a list of statuses")).optional(),
      https: boolean.optional(),
      host: text("must be a host name").optional(),
    }).optional(),
    tcp: map({ port }).optional(),
    ssh: map({ port: port.optional() }).optional(),
    active: boolean.optional(),
    address: text("must be `public` or `private`", /^(public|private)$/).optional(),
    successThreshold: integer.optional(),
    intervalSeconds: number.optional(),
    timeoutSeconds: number.optional(),
    deadlineSeconds: number.optional(),
    bakeSeconds: number.optional(),
  }).optional(),
  rollout: map({
    maxSurge: share.optional(),
    maxUnavailable: share.optional(),
    maxFailures: share.optional(),
    canary: z
      .array(map({ count: share, bakeSeconds: number.optional(), pause: boolean.optional() }), must("must be a list of stages"))
      .optional(),
    blueGreen: map({ keepSeconds: integer.optional() }).optional(),
    rebuild: boolean.optional(),
    approved: text("must be what a fleet's output `rollout.awaiting` says").optional(),
    drainSeconds: number.optional(),
    shutdownSeconds: number.optional(),
  }).optional(),
});
