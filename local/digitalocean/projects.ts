import { erase, type AnyResourceType } from "../../provider/host/provider";
import { callApi, whileBusy, type Account } from "./api";
import { officialType } from "./officialTypes";
import { limitSeconds } from "./resourceOfRow";
import { asGiven, fromWire, toWire, type Values } from "./wire";

interface Call {
  readonly signal: AbortSignal;
}

interface MemberInputs {
  readonly project: string;
  readonly resources: readonly string[];
}

const common = { timeoutSeconds: limitSeconds, doc: "A type of the official package." };
const projectType = officialType("Project", { required: ["name"] });
const properties = { ...projectType.inputs, ...projectType.outputs };

const project = {
  ...common,
  ...projectType,

  create: async ({ resources = [], ...inputs }: Values, account: Account, call: Call) => {
    // The API wants a purpose; the official plugin's default is this one.
    const body = toWire(projectType.inputs, { purpose: "Web Application", ...inputs });
    const wire = projectIn(await callApi(account, { method: "POST", path: "projects", body, ...call }));
    const id = String(wire?.id);
    await assign(account, id, resources as readonly string[], call);
    return { id, state: { ...fromWire(properties, wire ?? {}), resources } };
  },

  read: async (id: string, known: { readonly inputs: Values } | undefined, account: Account, call: Call) => {
    const wire = projectIn(await callApi(account, { method: "GET", path: `projects/${id}`, ...call }));
    if (wire === undefined) return undefined;
    const state = { ...fromWire(properties, wire), resources: await membersOf(account, id, call) };
    const live = Object.fromEntries(Object.entries(state).filter(([name]) => name in projectType.inputs));
    return { state, inputs: known === undefined ? live : asGiven(known.inputs, live) };
  },

  update: async (id: string, before: Values, { resources = [], ...inputs }: Values, account: Account, call: Call) => {
    const body = toWire(projectType.inputs, inputs);
    const wire = projectIn(await callApi(account, { method: "PATCH", path: `projects/${id}`, body, ...call }));
    const wanted = resources as readonly string[];
    await assign(account, id, wanted, call);
    await assign(
      account,
      "default",
      ((before.resources ?? []) as readonly string[]).filter((urn) => !wanted.includes(urn)),
      call,
    );
    return { ...fromWire(properties, wire ?? {}), resources };
  },

  // A project that still has something can't be deleted; what is in it stays, in the default one.
  delete: async (id: string, _state: unknown, account: Account, call: Call) => {
    await assign(account, "default", await membersOf(account, id, call), call);
    await whileBusy(account, { method: "DELETE", path: `projects/${id}`, ...call });
  },
};

const projectResources = {
  ...common,
  ...officialType("ProjectResources", { replaces: ["project"] }),

  create: async (inputs: MemberInputs, account: Account, call: Call) => {
    await assign(account, inputs.project, inputs.resources, call);
    return { id: inputs.project, state: inputs };
  },

  read: async (id: string, known: { readonly inputs: Partial<MemberInputs> } | undefined, account: Account, call: Call) => {
    if (projectIn(await callApi(account, { method: "GET", path: `projects/${id}`, ...call })) === undefined) return undefined;
    const live = await membersOf(account, id, call);
    const mine = known?.inputs.resources?.filter((urn) => live.includes(urn)) ?? live;
    return { state: { project: id, resources: mine }, inputs: { project: id, resources: mine } };
  },

  update: async (id: string, before: Partial<MemberInputs>, inputs: MemberInputs, account: Account, call: Call) => {
    await assign(account, id, inputs.resources, call);
    await assign(account, "default", before.resources?.filter((urn) => !inputs.resources.includes(urn)) ?? [], call);
    return inputs;
  },

  delete: async (id: string, { resources = [] }: Partial<MemberInputs>, account: Account, call: Call) => {
    const live = await membersOf(account, id, call);
    await assign(
      account,
      "default",
      resources.filter((urn) => live.includes(urn)),
      call,
    );
  },
};

/** Projects, and what is in them: a resource is always in one, the default one if nothing else is said. */
export const projectTypes: readonly AnyResourceType<Account>[] = [project, projectResources].map((type) => erase(type as never));

function projectIn(answer: object | undefined): Values | undefined {
  return (answer as { readonly project?: Values } | undefined)?.project;
}

async function assign(account: Account, id: string, resources: readonly string[], { signal }: Call): Promise<void> {
  if (resources.length === 0) return;
  const answer = await callApi(account, { method: "POST", path: `projects/${id}/resources`, body: { resources }, signal });
  if (answer === undefined) throw new Error(`There is no project ${id}.`);
}

async function membersOf(account: Account, id: string, { signal }: Call): Promise<readonly string[]> {
  const members: string[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await callApi(account, { method: "GET", path: `projects/${id}/resources?per_page=200&page=${page}`, signal });
    const { resources = [], links } = (answer ?? {}) as ResourcesPage;
    members.push(...resources.map(({ urn }) => urn));
    if (links?.pages?.next === undefined) return members;
  }
}

interface ResourcesPage {
  readonly resources?: readonly { readonly urn: string }[];
  readonly links?: { readonly pages?: { readonly next?: string } };
}
