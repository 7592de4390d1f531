import type * as pulumi from "@pulumi/pulumi";
import type { PropertyTable, ValuesOf } from "../../provider/host/property";
import type { State } from "../../provider/host/resource";
import { fleetInputs, fleetOutputs } from "../../provider/resources/fleet/fleetTable";
import { importInputs, importOutputs } from "../../provider/resources/imageImport/imageImportTable";
import { replicaInputs, replicaOutputs } from "../../provider/resources/imageReplica/imageReplica";
import type { Fleet, FleetArgs, ImageImport, ImageImportArgs, ImageReplica, ImageReplicaArgs } from "../../provider/sdk";
import { fleetProperties } from "../../provider/sdk/fleet";
import { imageImportProperties } from "../../provider/sdk/imageImport";
import { imageReplicaProperties } from "../../provider/sdk/imageReplica";
import { packageVersion } from "../../provider/sdk/version";

test.each<[string, readonly string[], PropertyTable, PropertyTable]>([
  ["ImageImport", imageImportProperties, importInputs, importOutputs],
  ["ImageReplica", imageReplicaProperties, replicaInputs, replicaOutputs],
  ["Fleet", fleetProperties, fleetInputs, fleetOutputs],
])("%s carries every input and output that the provider knows, and no other", (_type, properties, inputs, outputs) => {
  expect([...properties].sort()).toEqual(Object.keys({ ...inputs, ...outputs }).sort());
});

test("asks the plugin for the version of the package", async () => {
  const { version } = (await import("../../package.json", { with: { type: "json" } })).default;
  expect(packageVersion).toBe(version);
});

/** Every property path of a plain type: `gate`, `gate.http`, `gate.http.port`. */
type Paths<T> = T extends readonly (infer E)[]
  ? Paths<E>
  : T extends object
    ? { [K in keyof T & string]-?: K | `${K}.${Paths<NonNullable<T[K]>>}` }[keyof T & string]
    : never;
type Outputs<R> = {
  [K in keyof R as R[K] extends pulumi.Output<unknown> ? Exclude<K, keyof pulumi.CustomResource> : never]: pulumi.Unwrap<R[K]>;
};
type Same<A, B> = [Exclude<A, B>, Exclude<B, A>] extends [never, never]
  ? true
  : { onlyInTheSdk: Exclude<A, B>; onlyInTheProvider: Exclude<B, A> };

/** The compiler is the test here: a path that only one side knows is an error that names it. */
export const samePaths: readonly true[] = [
  true satisfies Same<Paths<pulumi.Unwrap<ImageImportArgs>>, Paths<ValuesOf<typeof importInputs>>>,
  true satisfies Same<Paths<Outputs<ImageImport>>, Paths<State<typeof importInputs, typeof importOutputs>>>,
  true satisfies Same<Paths<pulumi.Unwrap<ImageReplicaArgs>>, Paths<ValuesOf<typeof replicaInputs>>>,
  true satisfies Same<Paths<Outputs<ImageReplica>>, Paths<State<typeof replicaInputs, typeof replicaOutputs>>>,
  true satisfies Same<Paths<pulumi.Unwrap<FleetArgs>>, Paths<ValuesOf<typeof fleetInputs>>>,
  true satisfies Same<Paths<Outputs<Fleet>>, Paths<State<typeof fleetInputs, typeof fleetOutputs>>>,
];
