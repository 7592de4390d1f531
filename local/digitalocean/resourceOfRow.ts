import { erase, type AnyResourceType } from "../../provider/host/provider";
import { callApi, whileBusy, type Account, type ApiCall } from "./api";
import type { Row } from "./table";
import { asGiven, fromWire, toWire, type Values } from "./wire";

/** Seconds for any one verb: a load balancer takes minutes. */
export const limitSeconds = { create: 600, update: 60, delete: 120 } as const;
const lookSeconds = 1;
const always = (): boolean => true;

interface Found {
  readonly id: string;
  readonly state: Values;
}

/** What a row means, verb by verb. */
export function resourceOfRow(row: Row): AnyResourceType<Account> {
  const { token, inputs, outputs, collection, envelope, id: idField = "id", fields, derived, isReady = always } = row;
  const collectionOf = (values: Values): string => (typeof collection === "string" ? collection : collection(values));
  const pathOf = (id: string, values: Values): string => `${collectionOf(values)}/${encodeURIComponent(id)}`;

  /** One request that answers with the resource; undefined where it does not exist. What the API doesn't show again stays as it is known. */
  async function ask(account: Account, known: Values, request: ApiCall): Promise<Found | undefined> {
    const answer = (await callApi(account, request)) as Record<string, Values> | undefined;
    const wire = answer?.[envelope];
    if (wire === undefined) return undefined;
    const id = String(wire[idField]);
    const state = { ...known, ...fromWire({ ...inputs, ...outputs }, wire, fields) };
    return { id, state: { ...state, ...derived?.(id, state) } };
  }

  async function demand(account: Account, known: Values, request: ApiCall): Promise<Found> {
    const found = await ask(account, known, request);
    if (found === undefined) throw new Error(`${request.method} /v2/${request.path} was answered 404: there is no such resource.`);
    return found;
  }

  const type = {
    ...{ token, inputs, outputs, timeoutSeconds: limitSeconds, doc: "A type of the official package." },

    create: async (given: Values, account: Account, { signal }: { signal: AbortSignal }) => {
      const body = toWire(inputs, given, fields);
      let found = await demand(account, given, { method: "POST", path: collectionOf(given), body, signal });
      while (!isReady(found.state)) {
        await account.clock.sleep(lookSeconds * 1000, signal);
        found = await demand(account, given, { method: "GET", path: pathOf(found.id, given), signal });
      }
      return found;
    },

    read: async (id: string, known: Known | undefined, account: Account, { signal }: { signal: AbortSignal }) => {
      const found = await ask(account, known?.state ?? {}, { method: "GET", path: pathOf(id, known?.state ?? {}), signal });
      if (found === undefined) return undefined;
      const live = Object.fromEntries(Object.entries(found.state).filter(([name]) => name in inputs));
      return { state: found.state, inputs: known === undefined ? live : (asGiven(known.inputs, live) as Values) };
    },

    // What replaces cannot be changed, so the API does not take it.
    update: async (id: string, state: Values, wanted: Values, account: Account, { signal }: { signal: AbortSignal }) => {
      const changeable = Object.fromEntries(Object.entries(wanted).filter(([name]) => inputs[name]?.change !== "replace"));
      const body = toWire(inputs, changeable, fields);
      return (await demand(account, wanted, { method: row.change ?? "PUT", path: pathOf(id, wanted), body, signal })).state;
    },

    delete: (id: string, state: Values, account: Account, { signal }: { signal: AbortSignal }) => {
      return whileBusy(account, { method: "DELETE", path: pathOf(id, state), signal });
    },
  };
  return erase(type as never);
}

interface Known {
  readonly state: Values;
  readonly inputs: Values;
}
