import { regionListFaults } from "../regions";
import { shown } from "../shown";
import type { ImageServiceArgs, ServiceFleetArgs } from "./serviceArgs";

/** Everything that is wrong with the arguments of a service, as far as plain values tell. */
export function serviceFaults(args: ImageServiceArgs): readonly string[] {
  const malformed = regionListFaults("regions", args.regions);
  const regions = malformed.length > 0 ? undefined : args.regions;
  return [
    ...sourceFaults(args),
    ...malformed,
    ...(regions === undefined ? [] : [...waveFaults(args.waves, regions), ...strayFaults(args, regions), ...vpcFaults(args, regions)]),
    ...reservedFaults(args.reservedIps),
    ...nameFaults(args.name),
    ...dnsFaults(args),
    ...gateFaults(args),
  ];
}

/** Gates that ask from where `up` runs. */
export function asksFromHere({ gate }: Pick<ServiceFleetArgs, "gate">): boolean {
  return typeof gate === "object" && ("http" in gate || "tcp" in gate || "ssh" in gate);
}

function sourceFaults({ source, image, retain }: ImageServiceArgs): readonly string[] {
  if (source === undefined && image === undefined) {
    return [
      '`source` must say where the image comes from, such as `{ url: "https://images.example.com/web.qcow2.gz" }`, unless `image` is given.',
    ];
  }
  if (source !== undefined && image !== undefined) return ["`image` must not be given beside `source`: leave one of them out."];
  if (image !== undefined && retain !== undefined) return ["`retain` must not be given beside `image`: it belongs to the `CustomImage`."];
  return [];
}

/** Every region is in one wave. */
function waveFaults(waves: unknown, regions: readonly string[]): readonly string[] {
  if (waves === undefined) return [];
  if (!Array.isArray(waves) || !waves.every((wave) => Array.isArray(wave))) {
    return [`\`waves\` must be a plain list of lists of regions, such as \`[["ams3"], ["fra1"]]\`, got ${shown(waves)}.`];
  }
  const named = waves.flatMap((wave: readonly unknown[], at) => wave.map((region, index) => ({ region, path: `waves[${at}][${index}]` })));
  const faults = named.flatMap(({ region, path }, index) => {
    if (!regions.includes(region as string))
      return [`\`${path}\` must be one of \`regions\`, which are ${regions.join(", ")}, got ${shown(region)}.`];
    const first = named.findIndex((other) => other.region === region);
    return first < index
      ? [`\`${path}\` must be a region not named before, but ${shown(region)} is \`${named[first]?.path ?? ""}\` already.`]
      : [];
  });
  const missing = regions.filter((region) => !named.some((other) => other.region === region));
  if (missing.length === 0) return faults;
  return [...faults, `\`waves\` must name every one of \`regions\`, and leaves out ${missing.join(", ")}.`];
}

/** What is said of a region is of one that serves. */
function strayFaults({ overrides = {}, vpc = {} }: ImageServiceArgs, regions: readonly string[]): readonly string[] {
  const said = { overrides, "vpc.ipRanges": vpc.ipRanges ?? {}, "vpc.uuids": vpc.uuids ?? {} };
  return Object.entries(said).flatMap(([property, byRegion]) => {
    const strays = Object.keys(byRegion).filter((region) => !regions.includes(region));
    return strays.map((stray) => `\`${property}.${stray}\` must be of one of \`regions\`, which are ${regions.join(", ")}.`);
  });
}

function vpcFaults({ vpc }: ImageServiceArgs, regions: readonly string[]): readonly string[] {
  if (vpc?.uuids === undefined) return [];
  if (vpc.ipRanges !== undefined) return ["`vpc.ipRanges` must not be given beside `vpc.uuids`: a VPC that is there keeps its range."];
  const { uuids } = vpc;
  const missing = regions.filter((region) => uuids[region] === undefined);
  return missing.length === 0 ? [] : [`\`vpc.uuids\` must name a VPC for every one of \`regions\`, and leaves out ${missing.join(", ")}.`];
}

function reservedFaults(count: unknown): readonly string[] {
  if (count === undefined || (typeof count === "number" && Number.isInteger(count) && count >= 0)) return [];
  return [`\`reservedIps\` must be a plain whole number from 0, for it decides which resources exist, got ${shown(count)}.`];
}

function nameFaults(name: unknown): readonly string[] {
  if (name === undefined || (typeof name === "string" && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(name))) return [];
  return [`\`name\` must be plain letters, digits and \`-\`, such as \`web-prod\`, got ${shown(name)}.`];
}

function dnsFaults({ dns, loadBalancer, reservedIps = 0 }: ImageServiceArgs): readonly string[] {
  if (dns === undefined || loadBalancer !== undefined || reservedIps > 0) return [];
  return ["`dns` needs `loadBalancer` or `reservedIps`: without them every address changes with the Droplets."];
}

/** Behind a closed firewall nothing on this machine gets an answer. */
function gateFaults({ fleet, overrides = {}, firewall }: ImageServiceArgs): readonly string[] {
  if (firewall === undefined || firewall.gateFrom !== undefined) return [];
  const gates = [["fleet", fleet] as const, ...Object.entries(overrides).map(([region, own]) => [`overrides.${region}`, own] as const)];
  const asking = gates.filter(([, of]) => asksFromHere(of)).map(([path]) => `\`${path}.gate\``);
  if (asking.length === 0) return [];
  return [
    `\`firewall.gateFrom\` must name the addresses of where \`pulumi up\` runs, such as \`["198.51.100.7/32"]\`, because ${asking.join(" and ")} ` +
      "asks through the firewall; or leave the gate to `loadBalancer`.",
  ];
}
