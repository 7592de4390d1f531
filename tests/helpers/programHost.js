/**
 * A language host that runs programs in its own process, one evaluation a run, as Pulumi's Automation API runs inline programs:
 * `@pulumi/pulumi` is loaded once, not for each command. Forked by `engine.ts`, sends its address, and ends with the process that forked it.
 */
const path = require("node:path");
const { Server, ServerCredentials } = require("@grpc/grpc-js");
const { LanguageServer } = require("@pulumi/pulumi/automation/server");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");

const anyProgram = new LanguageServer();
const server = new Server();
server.addService(LanguageRuntimeService, {
  getPluginInfo: (call, callback) => anyProgram.getPluginInfo(call, callback),
  getRequiredPlugins: (call, callback) => anyProgram.getRequiredPlugins(call, callback),
  run: (call, callback) => void new LanguageServer(() => evaluate(call.request)).run(call, callback),
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
