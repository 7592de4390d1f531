import type { Property, PropertyTable } from "../../host/property";
import { isSize } from "../../rollout/size";

const isSizeRule = {
  expectation: "must be a count from 0 to 1000 such as `1`, or a percentage from 0% to 100% such as `25%`",
  holds: isSize,
};

/** How a change goes on. */
export const rolloutInput = {
  shape: {
    object: {
      maxSurge: {
        shape: "size",
        doc: "How many Droplets may exist beyond `count` during a change: a count from 0 to 1000, or a percentage of `count`, rounded up. Default: `25%`.",
        default: "25%",
        rules: [isSizeRule],
      },
      maxUnavailable: {
        shape: "size",
        doc: "How many Droplets fewer than `count` may be available during a change: a count from 0 to 1000, or a percentage of `count`, rounded down. Default: `0`.",
        default: "0",
        rules: [isSizeRule],
      },
      maxFailures: {
        shape: "size",
        doc: "How many new Droplets may fail in one change and be replaced; when one more fails, the fleet is rolled back. A count from 0 to 1000, or a percentage of `count`, rounded up. Default: `10%`, which is at least 1.",
        default: "10%",
        rules: [isSizeRule],
      },
      canary: {
        shape: {
          listOf: {
            object: {
              count: {
                shape: "size",
                doc: "How many Droplets run the new template at this stage: a count from 0 to 1000, or a percentage of `count`, rounded up.",
                required: true,
                rules: [isSizeRule],
              },
              bakeSeconds: {
                shape: "number",
                doc: "Seconds that they must stay good before the next stage begins, 0 to 86400. Default: 0.",
                default: 0,
                rules: [{ expectation: "must be from 0 to 86400", holds: (seconds: number) => seconds >= 0 && seconds <= 86_400 }],
              },
              pause: {
                shape: "boolean",
                doc: "End the `up` at this stage, well, until `approved` names what the output `rollout.awaiting` says. Default: false.",
              },
            },
          },
        },
        doc: "Stages of a change, each with more Droplets than the one before; after the last, all others follow. A failure at any stage rolls the fleet back. Default: none.",
        example: 'canary: [{ count: "1", bakeSeconds: 600 }, { count: "50%" }]',
      },
      blueGreen: {
        shape: {
          object: {
            keepSeconds: {
              shape: "integer",
              doc: "Seconds that the old Droplets stay after the new ones serve, 0 to 604800. The first `pulumi up` after that deletes them. Default: 3600.",
              default: 3_600,
              rules: [{ expectation: "must be from 0 to 604800", holds: (seconds: number) => seconds >= 0 && seconds <= 604_800 }],
            },
          },
        },
        doc: "Make all new Droplets beside all old ones, and let them serve all at once; the old ones stand by for a while. At most twice `count` exist. Excludes `canary` and `rebuild`. Default: none.",
        example: "blueGreen: { keepSeconds: 3600 }",
      },
      rebuild: {
        shape: "boolean",
        doc: "Rebuild each Droplet from the new image instead of replacing it: it keeps its number and addresses, and loses its disk. As many at a time as `maxUnavailable` says, at least 1. Only the image can change so. Excludes `canary` and `blueGreen`. Default: false.",
      },
      approved: {
        shape: "string",
        doc: "The stage that may be left, as the output `rollout.awaiting` names it. It counts for one stage of one template. Default: none.",
        rules: [
          {
            expectation: "must be what the output `rollout.awaiting` says, such as `83b4c0ffee12/1`",
            holds: (approval: string) => /^[0-9a-f]+\/[1-9]\d*$/.test(approval),
          },
        ],
      },
      drainSeconds: {
        shape: "number",
        doc: "Seconds that a Droplet goes on running after it has lost the serving tag, 0 to 3600. Default: 5.",
        default: 5,
        rules: [{ expectation: "must be from 0 to 3600", holds: (seconds: number) => seconds >= 0 && seconds <= 3_600 }],
      },
      shutdownSeconds: {
        shape: "number",
        doc: "Seconds that a Droplet has to shut down by itself before it is deleted all the same, 0 to 3600. Default: 60.",
        default: 60,
        rules: [{ expectation: "must be from 0 to 3600", holds: (seconds: number) => seconds >= 0 && seconds <= 3_600 }],
      },
    },
  },
  doc: "How a change goes on. `maxSurge` and `maxUnavailable` can't both be 0. Default: a quarter more than `count`, none fewer. A change applies to the next rollout.",
  default: {},
  change: "update",
} as const satisfies Property;

const rolloutPlan = {
  creates: { shape: "integer", doc: "How many Droplets are made.", required: true },
  rebuilds: { shape: "integer", doc: "How many Droplets are rebuilt.", required: true },
  deletes: { shape: "integer", doc: "How many Droplets are deleted.", required: true },
  promotes: { shape: "integer", doc: "How many Droplets that exist come to serve as they are.", required: true },
  batches: { shape: "integer", doc: "How often Droplets are made or rebuilt.", required: true },
  largestBatch: { shape: "integer", doc: "How many of them at a time at most.", required: true },
  leastServing: { shape: "integer", doc: "How many Droplets serve meanwhile, at least.", required: true },
  mostExisting: { shape: "integer", doc: "How many Droplets exist meanwhile, at most.", required: true },
  standby: {
    shape: "integer",
    doc: "How many Droplets stay afterwards, out of service, until a run after their time deletes them.",
    required: true,
  },
  reservedIps: { shape: { listOf: "string" }, doc: "Reserved IPs that come to lead to another Droplet, or to none.", required: true },
  priceBefore: { shape: "number", doc: "Price of the Droplets that exist, in USD a month." },
  priceAfter: { shape: "number", doc: "Price of the Droplets after the change, in USD a month." },
  surgePrice: { shape: "number", doc: "Price of the Droplets that exist beside those while it runs, in USD a month." },
  standbyPrice: { shape: "number", doc: "Price of those that stay out of service, in USD a month." },
  expectedSeconds: { shape: "number", doc: "How many seconds it takes, by the last rollout." },
} as const satisfies PropertyTable;

/** Where a change stands. */
export const rolloutStatus = {
  stage: { shape: "integer", doc: "The canary's stage at which the change has paused, from 1." },
  of: { shape: "integer", doc: "How many stages the canary has." },
  awaiting: { shape: "string", doc: "What `rollout.approved` must say for the change to go on: `<template>/<stage>`." },
  plan: {
    shape: { object: rolloutPlan, named: "FleetRolloutPlan" },
    doc: "What is still to be done, if nothing goes wrong: in a preview the change, after a run that paused what follows its approval, and while Droplets stand by their end. Empty once all is done.",
  },
  failedImage: { shape: "string", doc: "Number of the image that failed last, until another one is tried." },
  lastSeconds: { shape: "number", doc: "How many seconds the last rollout took." },
  lastBatches: { shape: "integer", doc: "In how many batches it went." },
  kept: { shape: "string", doc: "Fingerprint of the template whose Droplets stand by." },
  keptUntil: { shape: "string", doc: "Until when they do, in UTC; the first run after that deletes them." },
} as const satisfies PropertyTable;
