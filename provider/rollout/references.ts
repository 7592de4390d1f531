import type { Api } from "../api/api";
import type { ReservedIpWire } from "../api/wire";
import type { Call } from "../host/resource";
import { hasTag } from "../rules/tag";
import { StatusLine } from "../waiting/statusLine";
import type { Clock } from "../world";

/** What of the account a fleet names by id; what isn't known yet is left out, in a list an empty text. */
export interface References {
  readonly region?: string;
  /** By id or fingerprint. */
  readonly sshKeys?: readonly string[];
  readonly vpcUuid?: string;
  readonly projectId?: string;
  /** Id of the gate's load balancer. */
  readonly loadBalancer?: string;
  /** The tags that a Droplet carries while it serves, as far as they are known. */
  readonly tags?: readonly string[];
  readonly reservedIps?: readonly string[];
}

export interface ReferenceFault {
  /** A finished sentence. */
  readonly text: string;
  /** The service shows it to nobody yet, or never will. */
  readonly isAbsent: boolean;
}

/** How long what the same run has made may be unknown, in milliseconds: SSH keys were for up to 45 s. */
const appearance = 60_000;
const tick = 5_000;

/** Waits until the service shows all of them, which the same run may have made; rejects with every reason why one can't be used. */
export async function awaitReferences(references: References, api: Api, clock: Clock, call: Call): Promise<void> {
  const status = new StatusLine(call, clock);
  const since = clock.now();
  for (;;) {
    const faults = await referenceFaults(references, api, call.signal);
    if (faults.length === 0) return;
    const isOver = clock.now() - since >= appearance || faults.some(({ isAbsent }) => !isAbsent);
    if (isOver) throw new Error(faults.map(({ text }) => text).join("\n"));
    status.say("waiting for DigitalOcean to show what the fleet names by its id");
    await clock.sleep(tick, call.signal);
  }
}

/** Every reason why one of them can't be used. Asks only for what is named. */
export async function referenceFaults(references: References, api: Api, signal: AbortSignal): Promise<readonly ReferenceFault[]> {
  const { region, reservedIps = [] } = references;
  return [
    ...(await keyFaults(references, api, signal)),
    ...(await vpcFaults(references, api, signal)),
    ...(await projectFaults(references, api, signal)),
    ...(await balancerFaults(references, api, signal)),
    ...(reservedIps.length === 0 ? [] : addressFaults(reservedIps, region, await api.reservedIps.list(signal))),
  ];
}

/** Every reason why addresses can't lead to Droplets in that region. */
export function addressFaults(
  ips: readonly string[],
  region: string | undefined,
  listed: readonly ReservedIpWire[],
): readonly ReferenceFault[] {
  return ips.flatMap((ip, at) => {
    if (ip === "") return [];
    const found = listed.find((one) => one.ip === ip);
    const expectation = `\`reservedIps[${at}]\` must be a Reserved IP`;
    if (found === undefined)
      return absent(`${expectation} that this token can see, got \`${ip}\`; \`doctl compute reserved-ip list\` shows them.`);
    if (region === undefined || found.region.slug === region) return [];
    return unfit(
      `${expectation} in the fleet's region, but ${ip} is in ${found.region.slug} and the fleet in ${region}; reserve one there.`,
    );
  });
}

/** One that the list lacks, which is asked for once a process, is asked for by itself. */
async function keyFaults({ sshKeys = [] }: References, api: Api, signal: AbortSignal): Promise<readonly ReferenceFault[]> {
  if (sshKeys.every((key) => key === "")) return [];
  const listed = new Set((await api.keys(signal)).flatMap(({ id, fingerprint }) => [String(id), fingerprint]));
  const faults = sshKeys.map(async (key, index) => {
    if (key === "" || listed.has(key) || (await api.hasKey(key, signal))) return [];
    const expectation = `\`sshKeys[${index}]\` must be the id or the fingerprint of an SSH key of the account`;
    return absent(`${expectation}, got \`${key}\`; \`doctl compute ssh-key list\` shows them.`);
  });
  return (await Promise.all(faults)).flat();
}

async function vpcFaults({ vpcUuid, region }: References, api: Api, signal: AbortSignal): Promise<readonly ReferenceFault[]> {
  if (vpcUuid === undefined) return [];
  const found = await api.vpc(vpcUuid, signal);
  const expectation = "`vpcUuid` must be the UUID of a VPC";
  if (found === undefined) return absent(`${expectation} that this token can see, got \`${vpcUuid}\`; \`doctl vpcs list\` shows them.`);
  if (region === undefined || found.region === region) return [];
  return unfit(`${expectation} in the fleet's region, but ${found.name} is in ${found.region} and the fleet in ${region}; name one there.`);
}

async function projectFaults({ projectId }: References, api: Api, signal: AbortSignal): Promise<readonly ReferenceFault[]> {
  if (projectId === undefined || (await api.projects.exists(projectId, signal))) return [];
  return absent(
    `\`projectId\` must be the id of a project that this token can see, got \`${projectId}\`; \`doctl projects list\` shows them.`,
  );
}

async function balancerFaults(
  { loadBalancer: id, region, tags = [] }: References,
  api: Api,
  signal: AbortSignal,
): Promise<readonly ReferenceFault[]> {
  if (id === undefined) return [];
  const found = await api.loadBalancers.get(id, signal);
  if (found === undefined) {
    return absent(
      `\`gate.loadBalancer\` must be the id of a load balancer that this token can see, got \`${id}\`; \`doctl compute load-balancer list\` shows them.`,
    );
  }
  const [name, where] = [
    `\`gate.loadBalancer\` must be in the fleet's region and select by a tag that its Droplets carry, but ${found.name}`,
    found.region.slug,
  ];
  if (region !== undefined && where !== region) {
    return unfit(`${name} is in ${where} and the fleet in ${region}; choose a load balancer there.`);
  }
  if (hasTag(tags, found.tag)) return [];
  if (found.tag === "") return unfit(`${name} selects Droplets by their ids; give it a tag that stands in \`servingTags\`.`);
  return unfit(`${name} selects by \`${found.tag}\`; add it to \`servingTags\`.`);
}

function absent(text: string): readonly ReferenceFault[] {
  return [{ text, isAbsent: true }];
}

function unfit(text: string): readonly ReferenceFault[] {
  return [{ text, isAbsent: false }];
}
