import type { CallRequest, ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import * as config from "@pulumi/pulumi/runtime/config";
import { settings } from "./sdkInternals";

/** From here on, resources of this call are registered as those of the program that asked for the component. */
export async function joinProgram(request: ConstructRequest | CallRequest, engineAddress: string): Promise<void> {
  settings.resetOptions(
    request.getProject(),
    request.getStack(),
    request.getParallel(),
    engineAddress,
    request.getMonitorendpoint(),
    request.getDryrun(),
    request.getOrganization(),
  );
  await settings.awaitFeatureSupport();
  config.setAllConfig(Object.fromEntries(request.getConfigMap().toArray()), request.getConfigsecretkeysList());
}
