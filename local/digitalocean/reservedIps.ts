import { erase, type AnyResourceType } from "../../provider/host/provider";
import { callApi, whileBusy, type Account } from "./api";
import { officialType } from "./officialTypes";
import { limitSeconds } from "./resourceOfRow";
import { asGiven } from "./wire";

interface Call {
  readonly signal: AbortSignal;
}

interface AddressInputs {
  readonly region: string;
  readonly dropletId?: number;
}

interface AssignmentInputs {
  readonly ipAddress: string;
  readonly dropletId: number;
}

interface AddressWire {
  readonly ip: string;
  readonly region: { readonly slug: string };
  readonly droplet: { readonly id: number } | null;
}

interface ActionWire {
  readonly id: number;
  readonly status: "in-progress" | "completed" | "errored";
}

const common = { timeoutSeconds: limitSeconds, doc: "A type of the official package." };
const lookSeconds = 1;

const reservedIp = {
  ...common,
  ...officialType("ReservedIp", { replaces: ["region", "ipAddress"] }),

  create: async ({ region, dropletId }: AddressInputs, account: Account, call: Call) => {
    const answer = await callApi(account, { method: "POST", path: "reserved_ips", body: { region }, ...call });
    const { ip } = (answer as { readonly reserved_ip: AddressWire }).reserved_ip;
    if (dropletId !== undefined) await act(account, ip, { type: "assign", droplet_id: dropletId }, call);
    return { id: ip, state: stateOf(ip, region, dropletId) };
  },

  // Without `dropletId` in the program, where the address leads is nobody's business here.
  read: async (id: string, known: { readonly inputs: object } | undefined, account: Account, call: Call) => {
    const wire = await addressOf(account, id, call);
    if (wire === undefined) return undefined;
    const { region, droplet } = wire;
    const live = { region: region.slug, ...(droplet !== null && { dropletId: droplet.id }) };
    return { state: stateOf(id, region.slug, droplet?.id), inputs: known === undefined ? live : asGiven(known.inputs, live) };
  },

  update: async (id: string, _state: unknown, { region, dropletId }: AddressInputs, account: Account, call: Call) => {
    await release(account, id, call);
    if (dropletId !== undefined) await act(account, id, { type: "assign", droplet_id: dropletId }, call);
    return stateOf(id, region, dropletId);
  },

  delete: (id: string, _state: unknown, account: Account, call: Call) => {
    return whileBusy(account, { method: "DELETE", path: `reserved_ips/${id}`, ...call });
  },
};

const reservedIpAssignment = {
  ...common,
  ...officialType("ReservedIpAssignment", { replaces: ["ipAddress", "dropletId"] }),

  create: async (inputs: AssignmentInputs, account: Account, call: Call) => {
    await act(account, inputs.ipAddress, { type: "assign", droplet_id: inputs.dropletId }, call);
    return { id: `${inputs.dropletId}-${inputs.ipAddress}`, state: inputs };
  },

  read: async (id: string, _known: unknown, account: Account, call: Call) => {
    const [dropletId, ipAddress = ""] = id.split("-");
    const wire = await addressOf(account, ipAddress, call);
    if (String(wire?.droplet?.id) !== dropletId) return undefined;
    const inputs = { ipAddress, dropletId: Number(dropletId) };
    return { state: inputs, inputs };
  },

  update: (_id: string, state: unknown) => Promise.resolve(state),

  delete: async (_id: string, { ipAddress, dropletId }: AssignmentInputs, account: Account, call: Call) => {
    const wire = await addressOf(account, ipAddress, call);
    if (wire?.droplet?.id === dropletId) await release(account, ipAddress, call);
  },
};

/** Addresses, and which Droplet each leads to: the API does that by actions. */
export const reservedIpTypes: readonly AnyResourceType<Account>[] = [reservedIp, reservedIpAssignment].map((type) => erase(type as never));

async function addressOf(account: Account, ip: string, { signal }: Call): Promise<AddressWire | undefined> {
  const answer = await callApi(account, { method: "GET", path: `reserved_ips/${ip}`, signal });
  return (answer as { readonly reserved_ip: AddressWire } | undefined)?.reserved_ip;
}

async function release(account: Account, ip: string, call: Call): Promise<void> {
  if (((await addressOf(account, ip, call))?.droplet ?? null) !== null) await act(account, ip, { type: "unassign" }, call);
}

async function act(account: Account, ip: string, body: object, { signal }: Call): Promise<void> {
  const path = `reserved_ips/${ip}/actions`;
  let answer = await whileBusy(account, { method: "POST", path, body, signal });
  for (;;) {
    if (answer === undefined) throw new Error(`There is no reserved address ${ip}.`);
    const { id, status } = (answer as { readonly action: ActionWire }).action;
    if (status === "completed") return;
    if (status === "errored") throw new Error(`Action ${id} of the reserved address ${ip} ended as errored.`);
    await account.clock.sleep(lookSeconds * 1000, signal);
    answer = await callApi(account, { method: "GET", path: `${path}/${id}`, signal });
  }
}

function stateOf(ip: string, region: string, dropletId: number | undefined): object {
  return { region, ipAddress: ip, reservedIpUrn: `do:reservedip:${ip}`, ...(dropletId !== undefined && { dropletId }) };
}
