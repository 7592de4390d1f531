import type { Claim, Finding } from "./claim";
import { domainClaims } from "./domainClaims";
import { dropletClaims } from "./dropletClaims";
import { imageClaims } from "./imageClaims";
import { loadBalancerClaims } from "./loadBalancerClaims";
import { networkClaims } from "./networkClaims";
import { projectClaims } from "./projectClaims";
import { requestClaims } from "./requestClaims";
import type { Stage } from "./stage";

/** Every claim, in the order in which they are played: the Droplets' come last, since the last of them deletes the run's one. */
export const claims: readonly Claim[] = [
  ...requestClaims,
  ...imageClaims,
  ...networkClaims,
  ...loadBalancerClaims,
  ...projectClaims,
  ...domainClaims,
  ...dropletClaims,
];

/** Plays claims one after the other; `tell` hears each finding at once. One that fails on the way could not tell, and the others go on. */
export async function playContract(
  stage: Stage,
  played: readonly Claim[],
  signal: AbortSignal,
  tell: (finding: Finding) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { play, ...claim } of played) {
    signal.throwIfAborted();
    const { holds, evidence } = await play(stage).catch((error: unknown) => {
      signal.throwIfAborted();
      return { holds: undefined, evidence: error instanceof Error ? error.message : String(error) };
    });
    const finding: Finding = { ...claim, verdict: holds === undefined ? "could not tell" : holds ? "holds" : "differs", evidence };
    findings.push(finding);
    tell(finding);
  }
  return findings;
}
