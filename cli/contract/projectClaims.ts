import type { Answer } from "./account";
import type { Claim, Seen } from "./claim";
import { loadBalancer } from "./loadBalancerClaims";
import { seenStatus, seenValues } from "./seen";
import { demand, uuidIn, type Stage } from "./stage";

const collection = "/v2/projects";
/** Resources move by and by. */
const moveSeconds = 120;

/** What holds of projects and of what is in them, in the order in which they are played. */
export const projectClaims: readonly Claim[] = [
  {
    id: "project.default",
    claim: "The account has a default project, found as `default`.",
    source: "documented: projects_get_default",
    play: async (stage) => {
      const { status, body } = await stage.ask("GET", `${collection}/default`);
      return seenValues({ status, ...(body?.["project"] as object) }, { status: 200, is_default: true });
    },
  },
  {
    id: "project.post",
    claim: "POST of a project is answered 201 with its purpose and environment; it isn't the default one.",
    source: "documented: projects_create",
    play: async (stage) => {
      const { status, body } = await projectAnswer(stage);
      const wanted = { status: 201, name: stage.run, purpose: "Service or API", environment: "Staging", is_default: false };
      return seenValues({ status, ...(body?.["project"] as object) }, wanted);
    },
  },
  {
    id: "project.name",
    claim: "A second project of a name is refused with 409.",
    source: "documented: names are unique; the status is assumed",
    play: async (stage) => {
      await project(stage);
      return seenStatus(await stage.make("project", collection, { name: stage.run, purpose: "Service or API" }), 409);
    },
  },
  {
    id: "project.droplet",
    claim: "A Droplet that is put into a project is among its resources as `do:droplet:<id>`.",
    source: "documented: projects_assign_resources",
    play: async (stage) => seenAssigned(stage, `do:droplet:${await stage.droplet()}`),
  },
  {
    id: "project.loadBalancer",
    claim: "A load balancer that is put into a project is among its resources as `do:loadbalancer:<id>`.",
    source: "observed: terraform provider",
    play: async (stage) => seenAssigned(stage, `do:loadbalancer:${await loadBalancer(stage)}`),
  },
  {
    id: "project.deleteUsed",
    claim: "DELETE of a project that has resources is refused with 412.",
    source: "documented: projects_delete",
    play: async (stage) => {
      const [id, urn] = [await project(stage), `do:droplet:${await stage.droplet()}`];
      demand(await assign(stage, id, urn), 200);
      await stage.within(moveSeconds, () => resources(stage, id, (urns) => urns.includes(urn)));
      return seenStatus(await stage.ask("DELETE", `${collection}/${id}`), 412, "cannot delete a project with resources");
    },
  },
  {
    id: "project.move",
    claim: "A resource is in one project at a time: put into another one, it leaves the first.",
    source: "documented: projects_assign_resources",
    play: async (stage) => {
      const [id, urn] = [await project(stage), `do:droplet:${await stage.droplet()}`];
      demand(await assign(stage, id, urn), 200);
      demand(await assign(stage, uuidIn((await stage.ask("GET", `${collection}/default`)).body, "project"), urn), 200);
      const left = await stage.within(moveSeconds, () => resources(stage, id, (urns) => !urns.includes(urn)));
      return { holds: left !== undefined, evidence: left === undefined ? `there after ${moveSeconds} s` : `gone after ${left.after} s` };
    },
  },
  {
    id: "project.emptied",
    claim: "A project can be deleted once its resources are destroyed.",
    source: "documented: projects_delete",
    play: async (stage) => {
      const domain = `emptied-${stage.run}.example`;
      const id = uuidIn(demand(await post(stage, `${stage.run}-emptied`), 201), "project");
      demand(await stage.make("domain", "/v2/domains", { name: domain }), 201);
      demand(await assign(stage, id, `do:domain:${domain}`), 200);
      demand(await stage.ask("DELETE", `/v2/domains/${domain}`), 204);
      let answer: Answer | undefined;
      await stage.within(moveSeconds, async () => {
        answer = await stage.ask("DELETE", `${collection}/${id}`);
        return answer.status === 204 || undefined;
      });
      return answer === undefined ? { holds: undefined, evidence: "no answer" } : seenStatus(answer, 204);
    },
  },
];

async function seenAssigned(stage: Stage, urn: string): Promise<Seen> {
  const id = await project(stage);
  const { status } = await assign(stage, id, urn);
  const listed = await stage.within(moveSeconds, () => resources(stage, id, (urns) => urns.includes(urn)));
  const found = listed?.found ?? (await resources(stage, id));
  return { holds: status === 200 && listed !== undefined, evidence: `${status}, then ${found?.join(", ") || "none"}` };
}

function post(stage: Stage, name: string): Promise<Answer> {
  return stage.make("project", collection, { name, purpose: "Service or API", environment: "Staging" });
}

function projectAnswer(stage: Stage): Promise<Answer> {
  return stage.once("projectAnswer", () => post(stage, stage.run));
}

async function project(stage: Stage): Promise<string> {
  return uuidIn(demand(await projectAnswer(stage), 201), "project");
}

function assign(stage: Stage, id: string, urn: string): Promise<Answer> {
  return stage.ask("POST", `${collection}/${id}/resources`, { resources: [urn] });
}

/** What is in a project; undefined where that is not as wanted. */
async function resources(
  stage: Stage,
  id: string,
  isWanted: (urns: readonly string[]) => boolean = () => true,
): Promise<readonly string[] | undefined> {
  const urns = (await stage.list<{ readonly urn: string }>(`${collection}/${id}/resources`, "resources")).map(({ urn }) => urn);
  return isWanted(urns) ? urns : undefined;
}
