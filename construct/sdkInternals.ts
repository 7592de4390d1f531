import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import type { Inputs } from "@pulumi/pulumi";
import * as server from "@pulumi/pulumi/provider/server";
import * as sdkSettings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";

/* What the SDK's own provider server is made of. Its types leave these out; the version of the SDK that is bundled is pinned. */

type Settings = Pick<typeof sdkSettings, "resetOptions"> & {
  awaitFeatureSupport(): Promise<void>;
  waitForRPCs(): Promise<void>;
  getMonitor(): ResourceMonitorClient | undefined;
};

/** One program's connection to its engine. */
export const settings = sdkSettings as unknown as Settings;

/** The engine's side of the program that was joined. */
export function monitorOf(): ResourceMonitorClient {
  const monitor = settings.getMonitor();
  if (monitor === undefined) throw new Error("The engine named no monitor for the call.");
  return monitor;
}

/** Runs with settings of its own, so that several calls may run at once. */
export const { withLocalStorage } = state as unknown as { readonly withLocalStorage: <T>(run: () => Promise<T>) => Promise<T> };

/** A request's inputs, with their secrets, unknowns and dependencies. */
export const { deserializeInputs } = server as unknown as {
  readonly deserializeInputs: (
    inputs: ReturnType<ConstructRequest["getInputs"]>,
    dependencies: ReturnType<ConstructRequest["getInputdependenciesMap"]>,
  ) => Promise<Inputs>;
};
