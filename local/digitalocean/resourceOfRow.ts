import { erase, type AnyResourceType } from "../../provider/host/provider";
import type { PropertyTable } from "../../provider/host/property";
import type { ResourceType, State } from "../../provider/host/resource";
import { callApi, type Account, type ApiCall } from "./api";
import type { Row } from "./table";

type Values = Readonly<Record<string, unknown>>;

/** Seconds for any one request and its answer. */
const limitSeconds = 60;

/** What a row means, verb by verb. */
export function resourceOfRow(row: Row): AnyResourceType<Account> {
  const pathOf = (id: string) => `${row.collection}/${encodeURIComponent(id)}`;

  /** One request that answers with the resource; undefined where it does not exist. */
  async function ask(account: Account, request: ApiCall): Promise<{ id: string; state: Values } | undefined> {
    const answer = (await callApi(account, request)) as Record<string, Values> | undefined;
    const wire = answer?.[row.envelope];
    return wire && { id: String(wire[row.id]), state: fromWire(wire, { ...row.inputs, ...row.outputs }) };
  }

  async function demand(account: Account, request: ApiCall): Promise<{ id: string; state: State<PropertyTable, PropertyTable> }> {
    const found = await ask(account, request);
    if (found === undefined) throw new Error(`${request.method} /v2/${request.path} was answered 404: there is no such resource.`);
    return found as { id: string; state: State<PropertyTable, PropertyTable> };
  }

  const type: ResourceType<Account> = {
    token: row.token,
    doc: row.doc,
    inputs: row.inputs,
    outputs: row.outputs,
    timeoutSeconds: { create: limitSeconds, update: limitSeconds, delete: limitSeconds },

    create: (inputs, account, { signal }) => demand(account, { method: "POST", path: row.collection, body: toWire(inputs), signal }),

    read: async (id, _known, account, { signal }) => {
      const found = await ask(account, { method: "GET", path: pathOf(id), signal });
      if (found === undefined) return undefined;
      const inputs = Object.fromEntries(Object.entries(found.state).filter(([name]) => name in row.inputs));
      return { state: found.state, inputs } as Awaited<ReturnType<ResourceType<Account>["read"]>>;
    },

    // What replaces cannot be changed, so the API's PUT does not take it.
    update: async (id, _state, inputs, account, { signal }) => {
      const changeable = Object.entries(inputs).filter(([name]) => row.inputs[name]?.change !== "replace");
      return (await demand(account, { method: "PUT", path: pathOf(id), body: toWire(Object.fromEntries(changeable)), signal })).state;
    },

    delete: async (id, _state, account, { signal }) => {
      await callApi(account, { method: "DELETE", path: pathOf(id), signal });
    },
  };
  return erase(type);
}

function toWire(inputs: Values): Values {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [snakeCase(name), value]));
}

function fromWire(wire: Values, properties: PropertyTable): Values {
  const present = Object.keys(properties).filter((name) => wire[snakeCase(name)] !== undefined);
  return Object.fromEntries(present.map((name) => [name, wire[snakeCase(name)]]));
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
