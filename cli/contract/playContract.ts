import type { Claim, Finding } from "./claim";
import { domainClaims } from "./domainClaims";
import { dropletClaims } from "./dropletClaims";
import { imageClaims } from "./imageClaims";
import { loadBalancerClaims } from "./loadBalancerClaims";
import { networkClaims } from "./networkClaims";
import { projectClaims } from "./projectClaims";
import { requestClaims } from "./requestClaims";
import type { Stage } from "./stage";

/** Every claim, in the order in which they are played: those that delete the run's load balancer and its Droplet come after all that need them. */
export const claims: readonly Claim[] = [
  ...requestClaims,
  ...imageClaims,
  ...networkClaims,
  ...projectClaims,
  ...loadBalancerClaims,
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
