import path from "node:path";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { ProgramInfo, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { programCommand } from "../../../local/languageHost/programCommand";

const checkout = path.resolve(__dirname, "../../..");

function request(options: Record<string, JavaScriptValue>): RunRequest {
  const info = new ProgramInfo()
    .setRootDirectory(checkout)
    .setProgramDirectory(path.join(checkout, "tests"))
    .setEntryPoint("index.ts")
    .setOptions(Struct.fromJavaScript(options));
  const run = new RunRequest()
    .setInfo(info)
    .setMonitorAddress("127.0.0.1:2")
    .setOrganization("organization")
    .setProject("web")
    .setStack("dev")
    .setDryrun(true)
    .setParallel(8)
    .setConfigsecretkeysList(["web:token"])
    .setArgsList(["last"]);
  run.getConfigMap().set("web:token", "t").set("imagefleet:region", "ams3");
  return run;
}

test("passes on where, what and how to run", () => {
  const command = programCommand(request({}), "127.0.0.1:1");

  expect(command.arguments).toEqual([
    require.resolve("@pulumi/pulumi/cmd/run"),
    ...["--monitor", "127.0.0.1:2", "--engine", "127.0.0.1:1", "--organization", "organization", "--project", "web"],
    ...["--root-directory", checkout, "--stack", "dev", "--pwd", path.join(checkout, "tests"), "--dry-run", "--parallel", "8"],
    "index.ts",
    "last",
  ]);
  expect(command.environment).toEqual({
    PULUMI_CONFIG: '{"imagefleet:config:region":"ams3","web:config:token":"t"}',
    PULUMI_CONFIG_SECRET_KEYS: '["web:token"]',
    PULUMI_NODEJS_TYPESCRIPT: "true",
  });
});

test("gives node its own arguments first, split as a shell does", () => {
  const command = programCommand(request({ nodeargs: `--import tsx --require "./a b.js" --title='x y'` }), "127.0.0.1:1");
  expect(command.arguments.slice(0, 5)).toEqual(["--import", "tsx", "--require", "./a b.js", "--title=x y"]);
});

test("takes the project's tsconfig and leaves TypeScript out where it is switched off", () => {
  const { environment } = programCommand(request({ typescript: false, tsconfig: "../tsconfig.json" }), "127.0.0.1:1");
  expect(environment).toMatchObject({ PULUMI_NODEJS_TSCONFIG_PATH: "../tsconfig.json" });
  expect(environment).not.toHaveProperty("PULUMI_NODEJS_TYPESCRIPT");
});
