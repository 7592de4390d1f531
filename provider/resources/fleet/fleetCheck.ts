import type { Fault } from "../../host/fault";
import { isKnown, type WithUnknowns } from "../../host/property";
import { hasTag, isReservedTag, isTag, reservedPrefix } from "../../rules/tag";
import type { FleetInputs } from "./fleetState";

const addressPattern = /^(\d{1,3}\.){3}\d{1,3}$/;
const keyPattern = /^(\d+|([0-9a-f]{2}:){15}[0-9a-f]{2})$/;

/** Faults that no single property's rule can tell. */
export function checkFleet(inputs: WithUnknowns<FleetInputs>): readonly Fault[] {
  if (!isKnown(inputs)) return [];
  return [
    ...checkItems("sshKeys", inputs.sshKeys, keyFault),
    ...checkItems("tags", inputs.tags, tagFault),
    ...checkItems("servingTags", inputs.servingTags, (tag) => tagFault(tag) ?? servingTagFault(tag, inputs.tags)),
    ...checkItems("reservedIps", inputs.reservedIps, (ip) => (addressPattern.test(ip) ? undefined : "must be an IPv4 address")),
    ...checkAddresses(inputs),
    ...checkGate(inputs.gate),
    ...checkRollout(inputs.rollout),
  ];
}

function checkItems(
  property: string,
  list: WithUnknowns<readonly string[]> | undefined,
  faultOf: (item: string) => string | undefined,
): readonly Fault[] {
  if (list === undefined || !isKnown(list)) return [];
  return list.flatMap((item, index) => {
    const expectation = isKnown(item) ? faultOf(item) : undefined;
    return expectation === undefined ? [] : [{ property: `${property}[${index}]`, expectation, received: item }];
  });
}

/** One a slot. */
function checkAddresses({ reservedIps = [], count }: Exclude<WithUnknowns<FleetInputs>, symbol>): readonly Fault[] {
  if (!isKnown(reservedIps)) return [];
  const again = reservedIps.flatMap((ip, at): readonly Fault[] => {
    const isAgain = isKnown(ip) && reservedIps.indexOf(ip) < at;
    return isAgain ? [{ property: `reservedIps[${at}]`, expectation: "must not stand there twice", received: ip }] : [];
  });
  if (!isKnown(count) || reservedIps.length <= count) return again;
  const expectation = `must name at most as many addresses as \`count\` has Droplets, ${count}, but names ${reservedIps.length}`;
  return [...again, { property: "reservedIps", expectation, remedy: "Take some off the list, or raise `count`." }];
}

function keyFault(key: string): string | undefined {
  return keyPattern.test(key) ? undefined : "must be the id or the MD5 fingerprint of an SSH key of the account";
}

function tagFault(tag: string): string | undefined {
  if (isReservedTag(tag)) return `must not start with \`${reservedPrefix}\`, which is reserved`;
  return isTag(tag) ? undefined : "must be 1 to 255 letters, digits, `_`, `-` and `:`";
}

function servingTagFault(tag: string, tags: WithUnknowns<FleetInputs["tags"]> = []): string | undefined {
  const isAlways = isKnown(tags) && tags.some((other) => isKnown(other) && hasTag([other], tag));
  return isAlways ? "must not be one of `tags`, which a Droplet carries before it serves, too" : undefined;
}

function checkGate(gate: WithUnknowns<FleetInputs["gate"]>): readonly Fault[] {
  if (!isKnown(gate) || gate.active === undefined) return [];
  const asked = (["http", "tcp", "ssh", "loadBalancer"] as const).filter((name) => gate[name] !== undefined);
  if (asked.length === 0) return [];
  const given = new Intl.ListFormat("en-GB").format(["active", ...asked].map((name) => `\`${name}\``));
  const expectation = `must have either \`active\` or something to ask for, but has ${given}`;
  return [{ property: "gate", expectation, remedy: "Leave one out." }];
}

function checkRollout(rollout: WithUnknowns<FleetInputs["rollout"]>): readonly Fault[] {
  if (!isKnown(rollout)) return [];
  const isStuck = isZero(rollout.maxSurge) && isZero(rollout.maxUnavailable);
  const expectation = "must leave room to move, but `maxSurge` and `maxUnavailable` are both 0";
  const fault = { property: "rollout", expectation, remedy: "Set one of them to 1 or more." };
  return [...(isStuck ? [fault] : []), ...checkStrategy(rollout), ...checkStages(rollout.canary ?? [])];
}

function checkStrategy({ canary, blueGreen, rebuild }: Exclude<WithUnknowns<FleetInputs["rollout"]>, symbol>): readonly Fault[] {
  const given = Object.entries({ canary, blueGreen, rebuild: rebuild === false ? undefined : rebuild });
  const chosen = given.filter(([, value]) => value !== undefined).map(([name]) => `\`${name}\``);
  if (chosen.length < 2) return [];
  const expectation = `must have at most one of \`canary\`, \`blueGreen\` and \`rebuild\`, but has ${new Intl.ListFormat("en-GB").format(chosen)}`;
  return [{ property: "rollout", expectation, remedy: "Leave the others out." }];
}

/** Stages in the same unit must grow; how a count compares with a percentage depends on the fleet's count. */
function checkStages(canary: WithUnknowns<NonNullable<FleetInputs["rollout"]["canary"]>>): readonly Fault[] {
  if (!isKnown(canary)) return [];
  const counts = canary.map((stage) => (isKnown(stage) && isKnown(stage.count) ? stage.count : undefined));
  return counts.flatMap((count, at) => {
    const before = counts[at - 1];
    if (count === undefined || before === undefined || count.endsWith("%") !== before.endsWith("%")) return [];
    if (Number.parseInt(count, 10) > Number.parseInt(before, 10)) return [];
    return [
      {
        property: `rollout.canary[${at}].count`,
        expectation: `must be more than the stage before, which has \`${before}\``,
        received: count,
      },
    ];
  });
}

function isZero(size: WithUnknowns<string>): boolean {
  return isKnown(size) && /^0+%?$/.test(size);
}
