import type { Member } from "./plan";

/** A Reserved IP as the plan sees it. */
export interface Address {
  readonly ip: string;
  /** The slot whose Droplet it is to lead to; undefined where the program names it no longer. */
  readonly slot: number | undefined;
  /** Number of the Droplet that it leads to. */
  readonly holder: string | undefined;
  /** An action runs on it: it takes no other. */
  readonly locked: boolean;
}

export interface Assignment {
  readonly ip: string;
  /** Number of the Droplet. */
  readonly id: string;
}

/** The Droplets that addresses may lead to. */
export interface Places {
  readonly members: readonly Member[];
  /** The Droplet that each slot keeps. */
  readonly bySlot: ReadonlyMap<number, Member>;
  /** Whether it serves, or is about to: then its slot's address leads to it. */
  isReady(this: void, member: Member): boolean;
}

/** Which addresses can be led where they belong, and which must lead nowhere first. */
export function addressMoves(
  addresses: readonly Address[],
  { members, bySlot, isReady }: Places,
): { readonly assign: readonly Assignment[]; readonly unassign: readonly string[] } {
  if (addresses.length === 0) return { assign: [], unassign: [] };
  const holders = new Set(addresses.flatMap(({ holder }) => holder ?? []));
  const due = addresses.flatMap((address): readonly Assignment[] => {
    const target = targetOf(address, bySlot);
    const isDue = target?.id !== undefined && target.id !== address.holder && isReady(target) && !target.locked && !address.locked;
    return isDue ? [{ ip: address.ip, id: target.id }] : [];
  });
  const assign = due.filter(({ id }) => !holders.has(id));
  const assigned = new Set(assign.map(({ ip }) => ip));
  // A Droplet holds one address: another one is in the way.
  const awaited = new Set(due.map(({ id }) => id));
  const own = new Set(members.flatMap(({ id, ending }) => (id === undefined || ending === "deleting" ? [] : [id])));
  const unassign = addresses.filter((address) => {
    const { ip, slot, holder, locked } = address;
    if (holder === undefined || locked || assigned.has(ip) || !own.has(holder)) return false;
    return slot === undefined || (awaited.has(holder) && targetOf(address, bySlot)?.id !== holder);
  });
  return { assign, unassign: unassign.map(({ ip }) => ip) };
}

/** Numbers of Droplets whose address is still to move. */
export interface Held {
  /** They go on serving until it leads to the next one, which is ready for it. */
  readonly leaving: ReadonlySet<string>;
  /** They go on serving although the next one is still to come. */
  readonly waiting: ReadonlySet<string>;
  /** They are ready for one that leads to none that is available. */
  readonly arriving: ReadonlySet<string>;
}

const none: Held = { leaving: new Set(), waiting: new Set(), arriving: new Set() };

/** A Droplet is waited for only where more may exist than are wanted, and only by one that is available. */
export function heldByAddress(addresses: readonly Address[], { members, bySlot, isReady }: Places, canSurge: boolean): Held {
  if (addresses.length === 0) return none;
  const available = new Set(members.filter((member) => member.available).map(({ id }) => id));
  const [leaving, waiting, arriving] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const address of addresses) {
    const { slot, holder } = address;
    const target = targetOf(address, bySlot);
    if (slot === undefined || (holder !== undefined && holder === target?.id)) continue;
    const isReachable = holder !== undefined && available.has(holder);
    if (target?.id === undefined || !isReady(target)) {
      if (canSurge && isReachable) waiting.add(holder);
    } else {
      if (holder !== undefined) leaving.add(holder);
      if (!isReachable) arriving.add(target.id);
    }
  }
  return { leaving, waiting, arriving };
}

/** Addresses that don't lead where they belong, or are on their way. */
export function misplaced(addresses: readonly Address[], { members, bySlot }: Omit<Places, "isReady">): readonly Address[] {
  const own = new Set(members.map(({ id }) => id));
  return addresses.filter((address) => {
    const { slot, holder, locked } = address;
    if (slot === undefined) return holder !== undefined && own.has(holder);
    return locked || holder === undefined || targetOf(address, bySlot)?.id !== holder;
  });
}

function targetOf({ slot }: Address, bySlot: ReadonlyMap<number, Member>): Member | undefined {
  return slot === undefined ? undefined : bySlot.get(slot);
}
