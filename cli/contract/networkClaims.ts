import type { Answer } from "./account";
import type { Claim } from "./claim";
import { cannotTell, seenStatus, seenValues } from "./seen";
import { demand, uuidIn, type Stage } from "./stage";

interface VpcWire {
  readonly id: string;
  readonly ip_range: string;
}

interface MemberWire {
  readonly urn: string;
  readonly name: string;
}

interface FirewallWire {
  readonly id: string;
  readonly status: string;
  readonly pending_changes: readonly { readonly droplet_id: number }[];
  readonly outbound_rules: readonly { readonly protocol: string; readonly ports: string }[];
}

const anywhere = { addresses: ["0.0.0.0/0", "::/0"] };
/** The Droplet behind it goes on answering a load balancer's checks and asking for its address. */
const rulesFor = ({ imagePort }: Stage) => ({
  inbound_rules: [{ protocol: "tcp", ports: String(imagePort), sources: anywhere }],
  outbound_rules: ["tcp", "udp"].map((protocol) => ({ protocol, ports: "all", destinations: anywhere })),
});
/** A VPC's list of members may lag. */
const memberSeconds = 120;
/** Longer than any firewall was seen to take. */
const firewallSeconds = 300;
const noVpc = cannotTell("the region has no VPC yet: the first one would become its default one, which can't be deleted");

/** What holds of VPCs and firewalls, in the order in which they are played. */
export const networkClaims: readonly Claim[] = [
  {
    id: "vpc.default",
    claim: "A region has one default VPC.",
    source: "documented: vpcs_create",
    play: async (stage) => {
      const found = await stage.defaultVpcs();
      return found.length === 0 ? noVpc : { holds: found.length === 1, evidence: found.join(", ") };
    },
  },
  {
    id: "vpc.post",
    claim: "POST of a VPC without a range is answered 201 with its URN and a free range of /20; it isn't the default one.",
    source: "documented: vpcs_create",
    play: async (stage) => {
      const answer = await stage.vpcAnswer();
      if (answer === undefined) return noVpc;
      const vpc = (answer.body?.["vpc"] ?? {}) as Partial<VpcWire> & object;
      const wanted = { answered: 201, region: stage.region, default: false, urn: `do:vpc:${vpc.id}`, size: "20" };
      return seenValues({ answered: answer.status, ...vpc, size: vpc.ip_range?.split("/")[1] }, wanted);
    },
  },
  {
    id: "vpc.name",
    claim: "A second VPC of a name is refused with 422.",
    source: "documented: names are unique; the status is assumed",
    play: async (stage) => {
      if ((await stage.vpc()) === undefined) return noVpc;
      return seenStatus(await stage.make("vpc", "/v2/vpcs", { name: stage.run, region: stage.region }), 422);
    },
  },
  {
    id: "vpc.range",
    claim: "A VPC whose range overlaps with another one's is refused with 422.",
    source: "observed: `This range/size overlaps with another VPC network`",
    play: async (stage) => {
      const answer = await stage.vpcAnswer();
      if (answer === undefined) return noVpc;
      const { ip_range: range } = demand(answer, 201)?.["vpc"] as VpcWire;
      return seenStatus(await stage.make("vpc", "/v2/vpcs", { name: `${stage.run}-range`, region: stage.region, ip_range: range }), 422);
    },
  },
  {
    id: "vpc.member",
    claim: "A Droplet of a VPC says so, and is among the VPC's members by its name and as `do:droplet:<id>`.",
    source: "documented: vpcs_list_members; observed once: a UUID in the URN",
    play: async (stage) => {
      const [vpc, id] = [await stage.vpc(), await stage.droplet()];
      if (vpc === undefined) return noVpc;
      const { body } = await stage.ask("GET", `/v2/droplets/${id}`);
      const said = (body?.["droplet"] as { readonly vpc_uuid?: string }).vpc_uuid;
      const member = await stage.within(memberSeconds, async () => {
        return (await stage.list<MemberWire>(`/v2/vpcs/${vpc}/members`, "members")).find(({ name }) => name === stage.run);
      });
      return seenValues({ isIn: said === vpc, urn: member?.found.urn }, { isIn: true, urn: `do:droplet:${id}` });
    },
  },
  {
    id: "vpc.deleteUsed",
    claim: "DELETE of a VPC that has members is refused with 409.",
    source: "observed: pulumi-digitalocean#753",
    play: async (stage) => {
      await stage.droplet();
      const vpc = await stage.vpc();
      return vpc === undefined ? noVpc : seenStatus(await stage.ask("DELETE", `/v2/vpcs/${vpc}`), 409, "Can not delete VPC with members");
    },
  },
  {
    id: "firewall.unknownTag",
    claim: "A firewall for a tag that isn't there is refused with 422.",
    source: "observed: `tag … does not exist`",
    play: async (stage) => {
      const body = { name: `${stage.run}-none`, tags: [`${stage.run}-none`], ...rulesFor(stage) };
      return seenStatus(await stage.make("firewall", "/v2/firewalls", body), 422);
    },
  },
  {
    id: "firewall.post",
    claim: "POST of a firewall is answered 202 with status `waiting` and the Droplets of its tag that it isn't in force on yet.",
    source: "documented: firewalls_create",
    play: async (stage) => {
      const id = await stage.droplet();
      const { status: answered, body } = await firewallAnswer(stage);
      const { status, pending_changes: pending = [] } = (body?.["firewall"] ?? {}) as Partial<FirewallWire>;
      const waiting = pending.map(({ droplet_id }) => droplet_id);
      return seenValues({ answered, status, waiting }, { answered: 202, status: "waiting", waiting: [id] });
    },
  },
  {
    id: "firewall.ports",
    claim: "`all` ports of a firewall's rule read back as `0`.",
    source: "observed: terraform provider",
    play: async (stage) => {
      const { outbound_rules: outbound } = demand(await firewallAnswer(stage), 202)?.["firewall"] as FirewallWire;
      return { holds: outbound.every(({ ports }) => ports === "0"), evidence: outbound.map(({ ports }) => ports).join(", ") };
    },
  },
  {
    id: "firewall.inForce",
    claim: "A firewall ends as `succeeded`, with no change left to make.",
    source: "documented: firewalls_get",
    play: async (stage) => {
      const path = `/v2/firewalls/${uuidIn(demand(await firewallAnswer(stage), 202), "firewall")}`;
      let last: Partial<FirewallWire> = {};
      const end = await stage.within(firewallSeconds, async () => {
        last = (await stage.ask("GET", path)).body?.["firewall"] ?? {};
        return (last.status === "succeeded" && last.pending_changes?.length === 0) || undefined;
      });
      return { holds: end !== undefined, evidence: `${String(last.status)} after ${end?.after ?? firewallSeconds} s` };
    },
  },
  {
    id: "firewall.name",
    claim: "A second firewall of a name is refused with 409.",
    source: "observed: `duplicate name`",
    play: async (stage) => {
      demand(await firewallAnswer(stage), 202);
      return seenStatus(await stage.make("firewall", "/v2/firewalls", { name: stage.run, ...rulesFor(stage) }), 409);
    },
  },
];

/** The answer to the POST of a firewall around the run's Droplet. */
function firewallAnswer(stage: Stage): Promise<Answer> {
  return stage.once("firewallAnswer", async () => {
    await stage.droplet();
    return stage.make("firewall", "/v2/firewalls", { name: stage.run, tags: [stage.run], ...rulesFor(stage) });
  });
}
