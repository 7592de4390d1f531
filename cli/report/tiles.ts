import { duration } from "../../provider/waiting/duration";
import type { Outcome, Run } from "./run";

const outcomes: Readonly<Record<Outcome, string>> = {
  planned: "Planned",
  succeeded: "Succeeded",
  failed: "Failed",
  interrupted: "Interrupted",
};

/** What a reader wants to know first: how it ended, how long it took, what it asked for and what it costs. */
export function tilesOf(run: Run): readonly (readonly [what: string, value: string])[] {
  const { outcome, startedAt, endedAt, groups, requests, priceMonthly } = run;
  const lanes = groups.flatMap((group) => group.lanes).filter(({ isInner }) => !isInner);
  return [
    ["Outcome", outcomes[outcome]],
    ...(outcome === "planned" ? [] : ([["Duration", duration((endedAt - startedAt) * 1_000)]] as const)),
    ["Changes", lanes.length === 0 ? "none" : `${lanes.length}`],
    ...(requests === undefined ? [] : ([["Requests", `${requests}`]] as const)),
    ...(priceMonthly === undefined
      ? []
      : ([["Price", priceMonthly < 0.01 ? "under $0.01 a month" : `$${priceMonthly.toFixed(2)} a month`]] as const)),
  ];
}

/** `shop / dev` */
export function titleOf({ project, stack }: Run): string {
  return [project, stack].filter((part) => part !== "").join(" / ");
}

/** Time of day and date in UTC. */
export function timeOf(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
