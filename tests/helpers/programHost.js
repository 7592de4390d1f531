/**
 * A language host that runs programs in its own process, one evaluation a run, as Pulumi's Automation API runs inline programs:
 * `@pulumi/pulumi` is loaded once, not for each command. Forked by `engine.ts`, sends its address, and ends with the process that forked it.
 */
const path = require("node:path");
const { Server, ServerCredentials } = require("@grpc/grpc-js");
const { LanguageServer } = require("@pulumi/pulumi/automation/server");
const { isGrpcError } = require("@pulumi/pulumi/errors");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
const { RunResponse } = require("@pulumi/pulumi/proto/language_pb");
const settings = require("@pulumi/pulumi/runtime/settings");
const stacks = require("@pulumi/pulumi/runtime/stack");

/** A call of the program failed. The engine mostly knows, but not where it never got the call. */
class CallFailed extends Error {}

// The SDK's server takes a run with a failed call for a good one: an update would end well with what was registered until then.
const { runInPulumiStack } = stacks;
stacks.runInPulumiStack = (program) =>
  runInPulumiStack(program).catch((error) => {
    throw isGrpcError(error) ? new CallFailed(error.message) : error;
  });
// Each run has its own engine: a connection to the one before, on the same port, is not used again.
settings.grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;

const anyProgram = new LanguageServer();
const server = new Server();
server.addService(LanguageRuntimeService, {
  getPluginInfo: (call, callback) => anyProgram.getPluginInfo(call, callback),
  getRequiredPlugins: (call, callback) => anyProgram.getRequiredPlugins(call, callback),
  run: (call, callback) =>
    void new LanguageServer(() => evaluate(call.request)).run(call, (error, response) =>
      error instanceof CallFailed ? callback(null, new RunResponse().setBail(true)) : callback(error, response),
    ),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send(`127.0.0.1:${port}`);
});

/** Exports of the program, which become the stack's outputs. */
async function evaluate(request) {
  const program = request.getInfo();
  process.chdir(request.getPwd());
  const file = path.join(program.getProgramDirectory(), program.getEntryPoint());
  if (file.endsWith(".ts")) compileTypeScript();
  delete require.cache[file];
  return require(file);
}

/** Without a check of types, as `PULUMI_NODEJS_TRANSPILE_ONLY` has it. */
function compileTypeScript() {
  registered ??= require("ts-node").register({ transpileOnly: true, cwd: path.join(__dirname, "../..") });
}
let registered;

// What a program still waits for when its engine is killed fails after its run has ended.
process.on("unhandledRejection", () => undefined).on("disconnect", () => process.exit(0));
