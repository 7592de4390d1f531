import { GetSchemaRequest, InvokeRequest, type GetSchemaResponse, type InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { status } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ask, checkConfig, configure, connect, connectConfigured, create, failureOf, secret, struct, unknownString } from "./connection";
import { toyProvider } from "./toy";

test("says what it is and what it accepts", async () => {
  const { client } = await connect(toyProvider());
  const handshake = await ask<messages.ProviderHandshakeRequest, messages.ProviderHandshakeResponse>(
    client,
    client.handshake.bind(client),
    new messages.ProviderHandshakeRequest(),
  );
  expect([handshake.getAcceptSecrets(), handshake.getAcceptResources()]).toEqual([true, true]);
  const info = await ask<Empty, PluginInfo>(client, client.getPluginInfo.bind(client), new Empty());
  expect(info.getVersion()).toBe("1.2.3");
  const schema = await ask<GetSchemaRequest, GetSchemaResponse>(client, client.getSchema.bind(client), new GetSchemaRequest());
  expect(Object.keys((JSON.parse(schema.getSchema()) as { resources: object }).resources)).toEqual(["toy:index:Machine"]);
});

test("answers calls that it does not serve with UNIMPLEMENTED", async () => {
  const { client } = await connect(toyProvider());
  const construct = ask<messages.ConstructRequest, messages.ConstructResponse>(
    client,
    client.construct.bind(client),
    new messages.ConstructRequest(),
  );
  await expect(construct).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});

describe("configuration", () => {
  test("answers to Configure that it takes secrets and previews", async () => {
    const connection = await connect(toyProvider());
    const response = await configure(connection, { token: secret("t0p-s3cr3t"), version: "1.2.3" });
    expect([response.getAcceptsecrets(), response.getAcceptresources(), response.getSupportspreview()]).toEqual([true, true, true]);
  });

  test("a missing token is told with the remedy, at the check and, where there was none, at Configure", async () => {
    const connection = await connect(toyProvider());
    const sentence = "`token` must be given. Set `toy:token`, or export `TOY_TOKEN`.";
    expect((await checkConfig(connection, {})).failures).toEqual([{ property: "", reason: sentence }]);
    expect(await failureOf(configure(connection, {}))).toEqual({ details: sentence });
  });

  test("comes from the environment where it is not set, the first variable first, and never gets into the state", async () => {
    const tokens: string[] = [];
    const provider = toyProvider();
    const seeing = {
      ...provider,
      configure: ({ token }: { token: string }) => ({ token: (tokens.push(token), token), parallel: undefined }),
    };
    const connection = await connect(seeing, { TOY_TOKEN: "", TOY_KEY: "from TOY_KEY" });
    expect(await checkConfig(connection, {})).toEqual({ inputs: {}, failures: [] });
    await configure(connection, {});
    await configure(connection, { token: "given" });
    expect(tokens).toEqual(["from TOY_KEY", "given"]);
  });

  test("reads numbers out of the text that they travel in, and keeps the token secret", async () => {
    const connection = await connect(toyProvider());
    expect(await checkConfig(connection, { token: "abc", parallel: "8" })).toEqual({
      inputs: { token: secret("abc"), parallel: "8" },
      failures: [],
    });
    expect((await checkConfig(connection, { token: "abc", parallel: "many" })).failures).toEqual([
      { property: "parallel", reason: "must be a whole number, got `many`." },
    ]);
  });

  test("prints nothing of a misspelt token, and waits for an unknown one", async () => {
    const connection = await connect(toyProvider());
    expect((await checkConfig(connection, { token: unknownString, tokne: "s3cr3t" })).failures).toEqual([
      { property: "", reason: "`tokne` is not a known property. Did you mean `token`?" },
    ]);
  });

  test("a changed token updates the provider and replaces nothing", async () => {
    const { client } = await connect(toyProvider());
    const request = new messages.DiffRequest();
    request.setOldInputs(struct({ token: "old" }));
    request.setNews(struct({ token: "new" }));
    const response = await ask<messages.DiffRequest, messages.DiffResponse>(client, client.diffConfig.bind(client), request);
    expect(response.getChanges()).toBe(messages.DiffResponse.DiffChanges.DIFF_SOME);
    expect(response.getDiffsList()).toEqual(["token"]);
    expect(response.getReplacesList()).toEqual([]);
  });

  test("a resource is refused before there is one", async () => {
    const connection = await connect(toyProvider());
    expect((await failureOf(create(connection, { name: "web" }))).details).toBe("The provider was called before it was configured.");
  });
});

describe("functions", () => {
  const invoke = async (token: string, args: Parameters<typeof struct>[0]) => {
    const { client } = await connectConfigured(toyProvider());
    const request = new InvokeRequest();
    request.setTok(token);
    request.setArgs(struct(args));
    const response = await ask<InvokeRequest, InvokeResponse>(client, client.invoke.bind(client), request);
    return { returned: response.getReturn()?.toJavaScript(), failures: response.getFailuresList().map((failure) => failure.toObject()) };
  };

  test("are called with checked inputs", async () => {
    expect(await invoke("toy:index:getMachine", { name: "web" })).toEqual({ returned: { address: "web.10" }, failures: [] });
    expect(await invoke("toy:index:getMachine", {})).toEqual({
      returned: undefined,
      failures: [{ property: "name", reason: "must be given." }],
    });
  });

  test("are unknown where an input is", async () => {
    expect((await invoke("toy:index:getMachine", { name: unknownString })).returned).toEqual({ address: unknownString });
  });

  test("that the package has not are refused by name", async () => {
    expect((await failureOf(invoke("toy:index:getCar", {}))).details).toBe("`toy:index:getCar` is not a function of toy.");
  });
});
