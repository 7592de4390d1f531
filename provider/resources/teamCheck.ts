import type { ProviderContext, Team } from "../providerContext";

/**
 * Throws unless the token still acts for the team that a missing thing was made by: to another team's token everything is missing, and
 * a state emptied by it would create all of it a second time.
 */
export async function requireTeam(
  kept: Partial<Team> | undefined,
  what: string,
  context: Pick<ProviderContext, "team">,
  signal: AbortSignal,
): Promise<void> {
  if (kept?.uuid === undefined) return;
  const team = await context.team(signal);
  if (team.uuid === kept.uuid) return;
  throw new Error(
    `${what} belongs to the team "${kept.name ?? ""}" (${kept.uuid}), but the token acts for the team "${team.name}" (${team.uuid}), which can't see it: ` +
      "the state is left as it is. Use a token of the first team.",
  );
}
