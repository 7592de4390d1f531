import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { languageRuntime } from "./languageRuntime";

/**
 * `pulumi-language-nodejs [flags] ENGINE_ADDRESS`: prints its port as the first line and serves until the engine is done with it.
 * The engine ends it by SIGINT; after a kill of the engine, the end of stdin is the only sign.
 */
export function main(): void {
  const runtime = languageRuntime(process.argv.at(-1) ?? "");
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(LanguageRuntimeService, runtime.service);
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${port}\n`);
  });

  const stop = () => void runtime.stopPrograms().then(() => process.exit(0));
  process.on("SIGINT", stop).on("SIGTERM", stop);
  process.stdin.on("end", stop).resume();
}
