import { CallRequest, CallResponse, CheckFailure } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceInvokeRequest } from "@pulumi/pulumi/proto/resource_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { shown } from "../components/shown";
import { monitorOf, withLocalStorage } from "./sdkInternals";
import { joinProgram } from "./program";

/** A call of `in`: the component's URN, and the region where it is known. */
interface InRegion {
  readonly self: string;
  readonly region: string | undefined;
}

/** `in(region)` of a component that was laid out: the image's number, by what the engine has stored of the component. */
export async function call(bytes: Uint8Array, engineAddress: string, { self, region }: InRegion): Promise<Uint8Array> {
  const request = CallRequest.deserializeBinary(bytes);
  return withLocalStorage(async () => {
    await joinProgram(request, engineAddress);
    return (await answer(self, region)).serializeBinary();
  });
}

async function answer(urn: string, region: string | undefined): Promise<CallResponse> {
  const { imageId = null, regions } = await stored(urn);
  const response = new CallResponse();
  if (Array.isArray(regions) && region !== undefined && !regions.includes(region)) {
    const expectation = `must be a region that is waited for, which holds for ${regions.join(", ")}, got ${shown(region)}: add it to \`regions\` and to \`waitFor\`.`;
    return response.setFailuresList([new CheckFailure().setProperty("region").setReason(expectation)]);
  }
  response.setReturn(Struct.fromJavaScript({ imageId }));
  response.getReturndependenciesMap().set("imageId", new CallResponse.ReturnDependencies().setUrnsList([urn]));
  return response;
}

/** A component's outputs as the engine has them; what isn't known in a preview is the engine's own word for that. */
async function stored(urn: string): Promise<Readonly<Record<string, JavaScriptValue>>> {
  const request = new ResourceInvokeRequest()
    .setTok("pulumi:pulumi:getResource")
    .setArgs(Struct.fromJavaScript({ urn }))
    .setAcceptresources(true);
  const monitor = monitorOf();
  const response = await new Promise<Struct | undefined>((resolve, reject) => {
    monitor.invoke(request, (error, found) => (error === null ? resolve(found.getReturn()) : reject(error)));
  });
  return (response?.toJavaScript()["state"] ?? {}) as Readonly<Record<string, JavaScriptValue>>;
}
