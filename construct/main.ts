import * as pulumi from "@pulumi/pulumi";
import { ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { DependencyProviderResource, DependencyResource } from "@pulumi/pulumi/resource";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { layouts, type Layout } from "./layouts";
import { joinProgram } from "./program";
import { deserializeInputs, settings, withLocalStorage } from "./sdkInternals";

export { call } from "./regionCall";

/**
 * Lays out a component for a program in another language, and answers once all of its outputs are there. The request and its answer are
 * bytes, for the plugin may be bundled with a protobuf of its own. Everything below runs in the SDK, which is why this file is loaded only
 * when the engine asks for a component.
 */
export async function construct(bytes: Uint8Array, engineAddress: string): Promise<Uint8Array> {
  const request = ConstructRequest.deserializeBinary(bytes);
  return orStrayFailure(withLocalStorage(async () => (await answer(request, engineAddress)).serializeBinary()));
}

/** Everything that is wrong with a request's arguments, as far as plain values tell. */
export async function faults(bytes: Uint8Array): Promise<readonly string[]> {
  const request = ConstructRequest.deserializeBinary(bytes);
  return withLocalStorage(async () => {
    const inputs = await deserializeInputs(request.getInputs(), request.getInputdependenciesMap());
    return layoutOf(request).faults(request.getName(), inputs);
  });
}

function layoutOf(request: ConstructRequest): Layout {
  const layout = layouts[request.getType()];
  if (layout === undefined) throw new Error(`\`${request.getType()}\` is not a component of imagefleet.`);
  return layout;
}

async function answer(request: ConstructRequest, engineAddress: string): Promise<ConstructResponse> {
  const [type, name] = [request.getType(), request.getName()];
  const layout = layoutOf(request);
  await joinProgram(request, engineAddress);

  const inputs = await deserializeInputs(request.getInputs(), request.getInputdependenciesMap());
  const { component, outputs } = layout.layOut(name, inputs, optionsOf(request));

  const response = new ConstructResponse().setUrn(await promiseOf(component.urn));
  const [state, dependencies] = await rpc.serializeResourceProperties(`construct(${type}, ${name})`, outputs);
  response.setState(Struct.fromJavaScript(state as Record<string, JavaScriptValue>));
  for (const [property, resources] of dependencies) {
    const urns = await Promise.all([...resources].map((resource) => promiseOf(resource.urn)));
    response.getStatedependenciesMap().set(property, new ConstructResponse.PropertyDependencies().setUrnsList(urns));
  }
  await settings.waitForRPCs();
  return response;
}

function optionsOf(request: ConstructRequest): pulumi.ComponentResourceOptions {
  const parent = request.getParent();
  const deletedWith = request.getDeletedwith();
  const providers = request.getProvidersMap().toArray() as unknown as readonly [string, string][];
  return {
    parent: parent === "" ? undefined : new DependencyResource(parent),
    dependsOn: request.getDependenciesList().map((urn) => new DependencyResource(urn)),
    providers: Object.fromEntries(providers.map(([name, reference]) => [name, new DependencyProviderResource(reference)])),
    aliases: request.getAliasesList().map(aliasOf),
    protect: request.hasProtect() ? request.getProtect() : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    customTimeouts: request.getCustomtimeouts()?.toObject(),
    deletedWith: deletedWith === "" ? undefined : new DependencyResource(deletedWith),
  };
}

type AliasMessage = ReturnType<ConstructRequest["getAliasesList"]>[number];

function aliasOf(alias: AliasMessage): pulumi.Alias | string {
  const spec = alias.getSpec();
  if (spec === undefined) return alias.getUrn();
  const given = { name: spec.getName(), type: spec.getType(), stack: spec.getStack(), project: spec.getProject() };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  if (spec.getNoparent()) return { ...named, parent: pulumi.rootStackResource };
  return spec.hasParenturn() ? { ...named, parent: spec.getParenturn() } : named;
}

function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}

const waiting = new Set<(reason: unknown) => void>();
const failAll = (reason: unknown) => waiting.forEach((fail) => fail(reason));

/** The SDK reports a child that can't be registered to nobody in particular: without this the engine would wait for ever. */
async function orStrayFailure<T>(call: Promise<T>): Promise<T> {
  let fail: (reason: unknown) => void = () => undefined;
  const stray = new Promise<never>((_, reject) => (fail = reject));
  if (waiting.size === 0) process.on("unhandledRejection", failAll);
  waiting.add(fail);
  try {
    return await Promise.race([call, stray]);
  } finally {
    waiting.delete(fail);
    if (waiting.size === 0) process.off("unhandledRejection", failAll);
  }
}
