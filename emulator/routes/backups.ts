import type { BodyFields } from "../bodyFields";
import { invalid } from "../answers";
import { timestamp } from "../clock";
import { object, oneOf, type JsonObject } from "../fields";

/** When a Droplet is backed up. */
export interface BackupPolicy {
  readonly plan: "daily" | "weekly";
  readonly weekday: (typeof weekdays)[number];
  /** Hour of the day in UTC at which the window begins. */
  readonly hour: number;
}

const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;
const windowHours = 4;
const hourMilliseconds = 3_600_000;

/** The policy of a Droplet whose backups are enabled without one. */
export const defaultBackupPolicy: BackupPolicy = { plan: "daily", weekday: "SUN", hour: 0 };

export const backupPolicyFields: BodyFields = {
  ...{ plan: "modelled", weekday: "modelled", hour: "modelled" },
  ...{ window_length_hours: "noEffect", retention_period_days: "noEffect" },
};

/** Reads `backup_policy` of a request. */
export function readBackupPolicy(body: JsonObject): BackupPolicy | undefined {
  const policy = object(body, "backup_policy");
  if (policy === undefined) return undefined;
  const plan = oneOf(policy, "plan", ["daily", "weekly"]);
  if (plan === undefined) throw invalid("`plan` of `backup_policy` must be daily or weekly, got nothing.");
  const weekday = oneOf(policy, "weekday", weekdays) ?? defaultBackupPolicy.weekday;
  return { plan, weekday, hour: oneOf(policy, "hour", [0, 4, 8, 12, 16, 20]) ?? defaultBackupPolicy.hour };
}

/** The next window of a policy as the API shows it. */
export function formatBackupWindow({ plan, weekday, hour }: BackupPolicy, now: number): unknown {
  const begin = new Date(now);
  begin.setUTCHours(hour, 0, 0, 0);
  const fits = (): boolean => begin.getTime() > now && (plan === "daily" || weekdays[begin.getUTCDay()] === weekday);
  while (!fits()) begin.setUTCDate(begin.getUTCDate() + 1);
  return { start: timestamp(begin.getTime()), end: timestamp(begin.getTime() + windowHours * hourMilliseconds) };
}
