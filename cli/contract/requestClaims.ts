import type { Claim } from "./claim";
import { seenStatus, seenValues } from "./seen";

/** Well below the limit of a minute, which is not to be run dry. */
const burst = 60;
/** Nothing has this UUID. */
const nobody = "3a1d7c52-5f0e-4b6a-9c1e-7d2f8e4b6a90";

/** What holds of every request: its envelope, its headers, its errors; and tags. */
export const requestClaims: readonly Claim[] = [
  {
    id: "token.refused",
    claim: "A wrong token is answered 401 with an id and a message.",
    source: "documented: responses/unauthorized",
    play: async (stage) => {
      const { status, body } = await stage.ask("GET", "/v2/account", undefined, "dop_v1_wrong");
      return seenValues(
        { status, id: String(body?.["id"]).toLowerCase(), message: body?.["message"] },
        { status: 401, id: "unauthorized", message: "Unable to authenticate you." },
      );
    },
  },
  {
    id: "limit.headers",
    claim: "Every answer carries `ratelimit-limit`, `ratelimit-remaining` and `ratelimit-reset`.",
    source: "documented: shared/headers",
    play: async (stage) => {
      const { headers } = await stage.ask("GET", "/v2/account");
      const names = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"];
      const values = names.map((name) => `${name}: ${headers.get(name) ?? "none"}`);
      return { holds: names.every((name) => /^\d+$/.test(headers.get(name) ?? "")), evidence: values.join(", ") };
    },
  },
  {
    id: "limit.hour",
    claim: "A token may make 5,000 requests an hour.",
    source: "documented: description",
    switch: "requestsPerHour",
    play: async (stage) => {
      const limit = (await stage.ask("GET", "/v2/account")).headers.get("ratelimit-limit");
      return { holds: limit === "5000", evidence: `ratelimit-limit: ${limit ?? "none"}` };
    },
  },
  {
    id: "limit.remaining",
    claim: "Each request takes one from `ratelimit-remaining`, and `ratelimit-reset` is at most an hour away.",
    source: "documented: description",
    play: async (stage) => {
      // One pair is enough: between two others a request of an hour ago may have come back.
      const answers: Headers[] = [];
      while (answers.length < 4) answers.push((await stage.ask("GET", "/v2/account")).headers);
      const remaining = answers.map((headers) => Number(headers.get("ratelimit-remaining") ?? Number.NaN));
      const away = Math.round(Number(answers.at(-1)?.get("ratelimit-reset") ?? Number.NaN) - stage.now() / 1_000);
      const hasFallen = remaining.some((count, at) => count < (remaining[at - 1] ?? 0));
      return { holds: hasFallen && away > 0 && away <= 3_660, evidence: `${remaining.join(", then ")}; reset in ${away} s` };
    },
  },
  {
    id: "limit.minute",
    claim: `A token may make ${burst} requests in a row, of the 250 a minute: none is answered 429.`,
    source: "documented: description",
    switch: "requestsPerMinute",
    play: async (stage) => {
      for (let count = 1; count <= burst; count += 1) {
        const { status, headers } = await stage.askOnce("GET", "/v2/account");
        if (status === 429) return { holds: false, evidence: `the ${count}th: 429, retry-after: ${headers.get("retry-after") ?? "none"}` };
      }
      return { holds: true, evidence: `${burst} answers` };
    },
  },
  {
    id: "limit.droplets",
    claim: "The account says how many Droplets and Reserved IPs it may have.",
    source: "documented: account_get",
    play: async (stage) => {
      const { droplet_limit: droplets, reserved_ip_limit: reservedIps } = ((await stage.ask("GET", "/v2/account")).body?.["account"] ??
        {}) as Readonly<Record<string, unknown>>;
      const holds = [droplets, reservedIps].every((limit) => Number.isInteger(limit) && Number(limit) > 0);
      return { holds, evidence: JSON.stringify({ droplets, reservedIps }) };
    },
  },
  {
    id: "missing",
    claim: "What isn't there is answered 404 with the id `not_found`.",
    source: "documented: responses/not_found",
    play: async (stage) => {
      const { status, body } = await stage.ask("GET", "/v2/images/1");
      return seenValues({ status, id: body?.["id"] }, { status: 404, id: "not_found" });
    },
  },
  {
    id: "missing.uuid",
    claim: "A VPC, a project and a load balancer that aren't there are answered 404.",
    source: "documented: responses/not_found",
    play: async (stage) => {
      const ask = async (kind: string) => (await stage.ask("GET", `/v2/${kind}/${nobody}`)).status;
      const seen = { vpc: await ask("vpcs"), project: await ask("projects"), balancer: await ask("load_balancers") };
      return seenValues(seen, { vpc: 404, project: 404, balancer: 404 });
    },
  },
  {
    id: "tag.case",
    claim: "A tag is found whatever its case, and keeps the spelling that it was made with.",
    source: "observed: doctl#333",
    play: async (stage) => {
      const name = `${stage.run}-Case`;
      await stage.make("tag", "/v2/tags", { name });
      const { status, body } = await stage.ask("GET", `/v2/tags/${name.toLowerCase()}`);
      return seenValues({ status, name: (body?.["tag"] as { name?: string } | undefined)?.name }, { status: 200, name });
    },
  },
  {
    id: "tag.twice",
    claim: "Making a tag that is there, in another case, is accepted.",
    source: "assumed: an idempotent POST",
    switch: "tagTwice",
    play: async (stage) => {
      await stage.make("tag", "/v2/tags", { name: `${stage.run}-twice` });
      return seenStatus(await stage.make("tag", "/v2/tags", { name: `${stage.run}-TWICE` }), 201);
    },
  },
  {
    id: "tag.untagged",
    claim: "Untagging what doesn't carry the tag is answered 204.",
    source: "assumed: an idempotent DELETE",
    play: async (stage) => {
      await stage.make("tag", "/v2/tags", { name: `${stage.run}-untagged` });
      const resources = [{ resource_id: String(await stage.image()), resource_type: "image" }];
      return seenStatus(await stage.ask("DELETE", `/v2/tags/${stage.run}-untagged/resources`, { resources }), 204);
    },
  },
];
