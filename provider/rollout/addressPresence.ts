import type { Api } from "../api/api";
import type { ReservedIpWire } from "../api/wire";
import type { Call } from "../host/resource";
import { StatusLine } from "../waiting/statusLine";
import type { Clock } from "../world";
import { lag } from "./observedDroplet";

/** Waits until lists show the addresses, which the same run may have made; rejects where one doesn't exist, or is elsewhere. */
export async function awaitAddresses(ips: readonly string[], region: string, api: Api, clock: Clock, call: Call): Promise<void> {
  if (ips.length === 0) return;
  const status = new StatusLine(call, clock);
  const since = clock.now();
  for (;;) {
    const listed = await api.reservedIps.list(call.signal);
    const faults = addressFaults(ips, region, listed);
    if (faults.length === 0) return;
    const isWhole = ips.every((ip) => listed.some((one) => one.ip === ip));
    if (isWhole || clock.now() - since >= lag) throw new Error(faults.join("\n"));
    status.say("waiting for DigitalOcean to show the Reserved IPs");
    await clock.sleep(2_000, call.signal);
  }
}

/** Every reason why addresses can't lead to Droplets in that region; empty texts are not known yet. */
export function addressFaults(ips: readonly string[], region: string | undefined, listed: readonly ReservedIpWire[]): readonly string[] {
  return ips.flatMap((ip, at) => {
    if (ip === "") return [];
    const found = listed.find((one) => one.ip === ip);
    const expectation = `\`reservedIps[${at}]\` must be a Reserved IP`;
    if (found === undefined)
      return [`${expectation} that this token can see, got \`${ip}\`; \`doctl compute reserved-ip list\` shows them.`];
    if (region === undefined || found.region.slug === region) return [];
    return [`${expectation} in the fleet's region, but ${ip} is in ${found.region.slug} and the fleet in ${region}; reserve one there.`];
  });
}
