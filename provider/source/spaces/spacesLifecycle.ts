import type { LifecycleRule } from "@aws-sdk/client-s3";
import { StoreRefusal } from "./objectStore";
import type { Ask } from "./spacesClient";

/** Adds our rule to the bucket's own. A key limited to the bucket may not do that, so no refusal counts: this only covers what no run comes back for. */
export async function expireAfterADay(Bucket: string, Prefix: string, ask: Ask, signal: AbortSignal): Promise<void> {
  try {
    const rules = await lifecycleRules(Bucket, ask, signal);
    const ID = `${Prefix.replace(/\/$/, "")}-staging`;
    if (rules.some((rule) => rule.ID === ID)) return;
    const own: LifecycleRule = {
      ...{ ID, Filter: { Prefix }, Status: "Enabled", Expiration: { Days: 1 } },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    };
    const LifecycleConfiguration = { Rules: [...rules, own] };
    await ask("set its lifecycle", signal, (client, sdk, options) =>
      client.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }), options),
    );
  } catch (error) {
    if (!(error instanceof StoreRefusal)) throw error;
  }
}

async function lifecycleRules(Bucket: string, ask: Ask, signal: AbortSignal): Promise<readonly LifecycleRule[]> {
  try {
    const { Rules = [] } = await ask("read its lifecycle", signal, (client, sdk, options) =>
      client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }), options),
    );
    return Rules;
  } catch (error) {
    // A bucket without rules answers so.
    if (error instanceof StoreRefusal && error.status === 404) return [];
    throw error;
  }
}
