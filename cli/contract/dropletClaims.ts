import type { Claim } from "./claim";
import { goneSeconds, seenGone, seenStatus, seenValues } from "./seen";
import { demand, idIn } from "./stage";

/** What holds of Droplets and of the addresses that lead to them, in the order in which they are played. */
export const dropletClaims: readonly Claim[] = [
  {
    id: "droplet.keys",
    claim: "A Droplet of a custom image without SSH keys is refused with 422.",
    source: "documented: custom images have no password",
    switch: "dropletWithoutSshKeys",
    play: async (stage) => seenStatus(await stage.makeDroplet({ image: await stage.image() }), 422),
  },
  {
    id: "droplet.monitoring",
    claim: "`monitoring` of a custom image's Droplet is refused with 422.",
    source: "documented: custom images' limits",
    switch: "monitoringOnCustomImage",
    play: async (stage) => {
      return seenStatus(await stage.makeDroplet({ image: await stage.image(), ssh_keys: [await stage.key()], monitoring: true }), 422);
    },
  },
  {
    id: "droplet.post",
    claim: "POST of a Droplet is answered 202 with status `new` and its tags, no address yet, and a link to its action.",
    source: "documented: droplets_create",
    play: async (stage) => {
      const { status: answered, body } = await stage.dropletAnswer();
      const droplet = (body?.["droplet"] ?? {}) as { readonly networks?: { readonly v4?: readonly unknown[] } };
      const links = (body?.["links"] ?? {}) as { readonly actions?: readonly { readonly rel: string }[] };
      return seenValues(
        { answered, ...droplet, addresses: droplet.networks?.v4?.length ?? 0, rel: links.actions?.[0]?.rel },
        {
          ...{ answered: 202, status: "new", tags: [stage.run], addresses: 0, rel: "create" },
        },
      );
    },
  },
  {
    id: "reservedIp.pending",
    claim: "A reserved address that is being assigned refuses another action with 422: it has a pending event.",
    source: "observed: terraform provider#1034",
    play: async (stage) => {
      const body = demand(await stage.make("reservedIp", "/v2/reserved_ips", { droplet_id: await stage.droplet() }), 202);
      const { ip } = body?.["reserved_ip"] as { readonly ip: string };
      const answer = await stage.ask("POST", `/v2/reserved_ips/${ip}/actions`, { type: "unassign" });
      const pending = String(answer.body?.["message"]).includes("pending event");
      // One that leads nowhere costs: it goes before its Droplet does.
      await stage.within(goneSeconds, async () => (await stage.ask("DELETE", `/v2/reserved_ips/${ip}`)).status === 204 || undefined);
      return { ...seenStatus(answer, 422), ...(!pending && { holds: false }) };
    },
  },
  {
    id: "droplet.actions",
    claim: "A Droplet's actions are listed, the latest first, each of that Droplet.",
    source: "documented: droplets_list_actions",
    play: async (stage) => {
      const id = await stage.droplet();
      demand(await stage.act(id, { type: "power_off" }), 201);
      const actions = await stage.list<{ readonly type: string; readonly resource_id: number }>(`/v2/droplets/${id}/actions`, "actions");
      const own = actions.every(({ resource_id }) => resource_id === id);
      return { holds: own && actions[0]?.type === "power_off", evidence: actions.map(({ type }) => type).join(", ") };
    },
  },
  {
    id: "droplet.restartStopped",
    claim: "`reboot` of a Droplet that is off is refused with 422.",
    source: "assumed",
    switch: "restartOfStoppedDroplet",
    play: async (stage) => {
      const id = await stage.droplet();
      await stage.act(id, { type: "power_off" });
      return seenStatus(await stage.act(id, { type: "reboot" }), 422);
    },
  },
  {
    id: "snapshot.ipv6",
    claim: "`ipv6` for a Droplet of a snapshot of a custom image's Droplet is refused with 422.",
    source: "assumed: custom images have no IPv6",
    switch: "ipv6OnSnapshotOfCustomImage",
    play: async (stage) => {
      const id = await stage.droplet();
      demand(await stage.act(id, { type: "snapshot", name: stage.run }), 201);
      const { body } = await stage.ask("GET", `/v2/droplets/${id}`);
      const [image] = (body?.["droplet"] as { readonly snapshot_ids: readonly number[] }).snapshot_ids;
      return seenStatus(await stage.makeDroplet({ image, ssh_keys: [await stage.key()], ipv6: true }), 422);
    },
  },
  {
    id: "droplet.deleteLocked",
    claim: "DELETE by tag of a Droplet with a pending event is refused with 422.",
    source: "observed: pending events lock",
    switch: "deleteOfLockedDroplet",
    play: async (stage) => {
      const id = await stage.droplet();
      await stage.act(id, { type: "power_off" });
      const action = idIn(demand(await stage.ask("POST", `/v2/droplets/${id}/actions`, { type: "power_on" }), 201), "action");
      const answer = await stage.ask("DELETE", `/v2/droplets?tag_name=${stage.run}`);
      if (answer.status === 422) await stage.ended(action);
      return seenStatus(answer, 422);
    },
  },
  {
    id: "droplet.delete",
    claim: "DELETE of a Droplet is answered 204, and a second one 404 once it is gone.",
    source: "documented: droplets_destroy",
    play: async (stage) => seenGone(stage, `/v2/droplets/${await stage.droplet()}`),
  },
];
