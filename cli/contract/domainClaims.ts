import type { Answer } from "./account";
import type { Claim } from "./claim";
import { seenGone, seenStatus, seenValues } from "./seen";
import { demand, idIn, type Stage } from "./stage";

interface RecordWire {
  readonly id: number;
  readonly type: string;
  readonly data: string;
}

/** Of a range for documentation: nobody is there. */
const address = "203.0.113.7";
const servers = ["ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com"];

/** What holds of domains, their records and certificates, in the order in which they are played: the last but two deletes the domain. */
export const domainClaims: readonly Claim[] = [
  {
    id: "domain.post",
    claim: "POST of a domain is answered 201, and the domain has the service's three name servers.",
    source: "documented: domains_create",
    play: async (stage) => {
      const { status } = await domainAnswer(stage);
      const records = await stage.list<RecordWire>(`${domainPath(stage)}/records?type=NS`, "domain_records");
      return seenValues({ status, servers: records.map(({ data }) => data).sort() }, { status: 201, servers });
    },
  },
  {
    id: "domain.twice",
    claim: "POST of a domain that is there is refused with 422.",
    source: "assumed",
    play: async (stage) => {
      demand(await domainAnswer(stage), 201);
      return seenStatus(await stage.make("domain", "/v2/domains", { name: domainName(stage) }), 422);
    },
  },
  {
    id: "record.post",
    claim: "POST of a record is answered 201, with a `ttl` of 1800 s where none is given.",
    source: "documented: domains_create_record",
    play: async (stage) => {
      const { status, body } = await recordAnswer(stage);
      const wanted = { status: 201, type: "A", name: "www", data: address, ttl: 1_800 };
      return seenValues({ status, ...(body?.["domain_record"] as object) }, wanted);
    },
  },
  {
    id: "record.find",
    claim: "A record is found by its type and by its name with the domain's behind.",
    source: "documented: domains_list_records",
    play: async (stage) => {
      const id = await record(stage);
      const path = `${domainPath(stage)}/records?type=A&name=www.${domainName(stage)}`;
      const found = (await stage.list<RecordWire>(path, "domain_records")).map((one) => one.id);
      return { holds: found.length === 1 && found[0] === id, evidence: `made ${id}, found ${found.join(", ") || "none"}` };
    },
  },
  {
    id: "record.ttl",
    claim: "A record with a `ttl` below 30 s is refused with 422.",
    source: "documented: domain_record; the status is assumed",
    play: async (stage) => {
      demand(await domainAnswer(stage), 201);
      return seenStatus(await stage.ask("POST", `${domainPath(stage)}/records`, { type: "A", name: "short", data: address, ttl: 29 }), 422);
    },
  },
  {
    id: "record.put",
    claim: "PUT of a record changes what it names, and nothing else.",
    source: "documented: domains_update_record",
    play: async (stage) => {
      const { status, body } = await stage.ask("PUT", `${domainPath(stage)}/records/${await record(stage)}`, { type: "A", ttl: 60 });
      return seenValues({ status, ...(body?.["domain_record"] as object) }, { status: 200, name: "www", data: address, ttl: 60 });
    },
  },
  {
    id: "domain.delete",
    claim: "DELETE of a domain is answered 204, and a second one 404 once it is gone.",
    source: "documented: domains_delete",
    play: async (stage) => {
      demand(await domainAnswer(stage), 201);
      return seenGone(stage, domainPath(stage));
    },
  },
  {
    id: "certificate.foreign",
    claim: "A certificate of Let's Encrypt for a name in none of the account's domains is refused with 422.",
    source: "documented: the domain must be managed by DigitalOcean; the status is assumed",
    play: async (stage) => {
      const body = { name: stage.run, type: "lets_encrypt", dns_names: [`www.none-${stage.run}.example`] };
      return seenStatus(await stage.make("certificate", "/v2/certificates", body), 422);
    },
  },
  {
    id: "certificate.pem",
    claim: "A certificate that is not in PEM format is refused with 422.",
    source: "documented: certificate_request_custom; the status is assumed",
    play: async (stage) => {
      const body = { name: stage.run, type: "custom", private_key: "none", leaf_certificate: "none" };
      return seenStatus(await stage.make("certificate", "/v2/certificates", body), 422);
    },
  },
];

/** Under a name that nobody can register. */
const domainName = (stage: Stage): string => `${stage.run}.example`;
const domainPath = (stage: Stage): string => `/v2/domains/${domainName(stage)}`;

function domainAnswer(stage: Stage): Promise<Answer> {
  return stage.once("domainAnswer", () => stage.make("domain", "/v2/domains", { name: domainName(stage) }));
}

/** The answer to the POST of a record; it goes with its domain. */
function recordAnswer(stage: Stage): Promise<Answer> {
  return stage.once("recordAnswer", async () => {
    demand(await domainAnswer(stage), 201);
    return stage.ask("POST", `${domainPath(stage)}/records`, { type: "A", name: "www", data: address });
  });
}

async function record(stage: Stage): Promise<number> {
  return idIn(demand(await recordAnswer(stage), 201), "domain_record");
}
