import { isKnown, type PartlyKnown } from "../../host/property";
import { addressFaults } from "../../rollout/references";
import type { Address } from "../../rollout/addressPlan";
import { ReservedAddresses } from "../../rollout/reservedAddresses";
import type { FleetContext } from "./fleetContext";
import type { FleetInputs, StoredFleet } from "./fleetState";

export interface Leading {
  /** Where the Reserved IPs lead that are known by now, those that the program names no longer included. */
  readonly addresses: readonly Address[];
  /** What is wrong with those of the program, one sentence each. */
  readonly faults: readonly string[];
}

/** Asks where the Reserved IPs of a program lead; asks nothing where it names none. */
export async function leadingOf(
  { reservedIps = [], region }: PartlyKnown<FleetInputs>,
  state: StoredFleet | undefined,
  { api, world }: FleetContext,
  signal: AbortSignal,
): Promise<Leading> {
  const wanted = isKnown(reservedIps) ? reservedIps.map((ip) => (isKnown(ip) ? ip : "")) : [];
  const former = formerOf(state, wanted);
  if (wanted.length + former.length === 0) return { addresses: [], faults: [] };
  const listed = await api.reservedIps.list(signal);
  const leading = new ReservedAddresses(wanted, former, api.reservedIps, world.clock);
  leading.take(listed);
  const known = isKnown(region) ? region : undefined;
  return { addresses: leading.all.filter(({ ip }) => ip !== ""), faults: addressFaults(wanted, known, listed).map(({ text }) => text) };
}

/** Those that the program named before, and names no longer. */
export function formerOf(state: StoredFleet | undefined, wanted: readonly string[]): readonly string[] {
  return (state?.reservedIps ?? []).filter((ip) => !wanted.includes(ip));
}
