import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";

import { invalid, noContent, notFound, page, type Answer } from "../answers";
import { timestamp } from "../clock";
import { oneOf, requiredText, text, textList } from "../fields";
import type { ApiCall, Route } from "../route";

/** A certificate as the API shows it. It is stored: no load balancer uses it. */
export interface CertificateRow {
  readonly id: string;
  readonly name: string;
  readonly not_after: string;
  readonly sha1_fingerprint: string;
  readonly created_at: string;
  readonly dns_names: readonly string[];
  state: "pending" | "verified";
  readonly type: "custom" | "lets_encrypt";
}

const lifetimeDays = 90;

function createCertificate(call: ApiCall): Answer {
  const { cloud, team, body, now, visibleAt } = call;
  const name = requiredText(body, "name");
  if (team.certificates.all().some((other) => other.name === name)) throw invalid("name must be unique for each certificate");
  const type = oneOf(body, "type", ["custom", "lets_encrypt"]) ?? "custom";
  const [leaf, key, chain] = [text(body, "leaf_certificate"), text(body, "private_key"), text(body, "certificate_chain")];
  const names = textList(body, "dns_names");
  const content = type === "custom" ? readOwn(leaf ?? "", key ?? "", chain ?? "") : readOrdered(call, names);
  const certificate: CertificateRow = { id: cloud.ids.uuid(), name, created_at: timestamp(now), type, ...content };
  team.certificates.add(certificate, visibleAt);
  if (certificate.state === "pending") {
    cloud.scheduler.at(now + cloud.options.certificateSeconds * 1000, () => (certificate.state = "verified"));
  }
  return { status: 201, body: { certificate } };
}

type Content = Pick<CertificateRow, "not_after" | "sha1_fingerprint" | "dns_names" | "state">;

/** What a certificate of one's own says. */
function readOwn(leaf: string, privateKey: string, chain: string): Content {
  const certificate = parsed("leaf_certificate", () => new X509Certificate(leaf));
  const key: KeyObject = parsed("private_key", () => createPrivateKey(privateKey));
  if (chain !== "") parsed("certificate_chain", () => new X509Certificate(chain));
  if (!certificate.checkPrivateKey(key)) throw invalid("`private_key` must be the key of `leaf_certificate`.");
  return {
    not_after: timestamp(Date.parse(certificate.validTo)),
    sha1_fingerprint: certificate.fingerprint.replaceAll(":", "").toLowerCase(),
    dns_names: [...(certificate.subjectAltName ?? "").matchAll(/DNS:([^,\s]+)/g)].map(([, name = ""]) => name),
    state: "verified",
  };
}

function parsed<Value>(field: string, parse: () => Value): Value {
  try {
    return parse();
  } catch {
    throw invalid(`\`${field}\` must be in PEM format.`);
  }
}

/** What a certificate that Let's Encrypt issues will say: its names must be of domains of the team. */
function readOrdered({ team, now }: ApiCall, names: readonly string[]): Content {
  if (names.length === 0) throw invalid("`dns_names` must hold one name at least, got none.");
  const foreign = names.find((name) => !team.domains.all().some(({ id }) => name === id || name.endsWith(`.${id}`)));
  if (foreign !== undefined) throw invalid(`\`dns_names\` must be names of domains of the team, got ${JSON.stringify(foreign)}.`);
  return { not_after: timestamp(now + lifetimeDays * 86_400_000), sha1_fingerprint: "", dns_names: names, state: "pending" };
}

function requireCertificate({ team, params, now }: ApiCall): CertificateRow {
  const certificate = team.certificates.read(params.certificate ?? "", now);
  if (certificate === undefined) throw notFound();
  return certificate;
}

function listCertificates(call: ApiCall): Answer {
  const name = call.query.get("name") ?? "";
  const found = call.team.certificates.list(call.listedAt).filter((certificate) => name === "" || certificate.name === name);
  return page(call, "certificates", found, (certificate) => certificate);
}

export const certificateRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/certificates", scope: "certificate:read", handle: listCertificates },
  {
    method: "POST",
    path: "/v2/certificates",
    scope: "certificate:create",
    body: {
      ...{ name: "modelled", type: "modelled", dns_names: "modelled" },
      ...{ private_key: "modelled", leaf_certificate: "modelled", certificate_chain: "modelled" },
    },
    handle: createCertificate,
  },
  {
    method: "GET",
    path: "/v2/certificates/:certificate",
    scope: "certificate:read",
    handle: (call) => ({ status: 200, body: { certificate: requireCertificate(call) } }),
  },
  {
    method: "DELETE",
    path: "/v2/certificates/:certificate",
    scope: "certificate:delete",
    handle: (call) => {
      call.team.certificates.remove(requireCertificate(call).id, call.visibleAt);
      return noContent;
    },
  },
];
