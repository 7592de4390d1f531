import type { ProviderContext } from "../../providerContext";
import type { Call } from "../../host/resource";
import { requireTeam } from "../teamCheck";
import type { StoredFleet } from "./fleetState";

/** What a fleet's verbs take of the provider. */
export type FleetContext = Pick<
  ProviderContext,
  "api" | "world" | "namespace" | "team" | "poller" | "dropletDemands" | "dropletTotal" | "knownFleets"
>;

/** No Droplet at all is what a token of another team would see, too. */
export async function refuseOtherTeam(id: string, { team, live }: StoredFleet, context: FleetContext, call: Call): Promise<void> {
  if (live !== undefined && live.length > 0) await requireTeam(team, `Fleet ${id}`, context, call.signal);
}
