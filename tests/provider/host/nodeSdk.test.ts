import { nodeSdk } from "../../../provider/host/nodeSdk";
import { toyProvider } from "../../protocol/toy";

const sdk = nodeSdk(toyProvider());
const header = "// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.\n";

test("there's a file for each resource, for each function and for the provider, and one that exports them all", () => {
  const files = ["machine", "getMachine", "provider"];
  expect(Object.keys(sdk)).toEqual([...files, "index"].map((name) => `${name}.ts`));
  expect(sdk["index.ts"]).toBe(`${header}${files.map((name) => `export * from "./${name}";\n`).join("")}`);
});

test("a resource's class has its inputs and outputs, those that are always there without undefined", () => {
  const machine = sdk["machine.ts"] ?? "";
  const fields = [...machine.matchAll(/declare readonly (.*);/g)].map(([, field]) => field);
  expect(fields).toEqual([
    "name: pulumi.Output<string>",
    "size: pulumi.Output<number>",
    "note: pulumi.Output<string | undefined>",
    "regions: pulumi.Output<string[] | undefined>",
    "gate: pulumi.Output<MachineGate | undefined>",
    "userData: pulumi.Output<string | undefined>",
    "address: pulumi.Output<string>",
    "key: pulumi.Output<string | undefined>",
    "live: pulumi.Output<string[] | undefined>",
  ]);
  expect(machine).toContain('super("toy:index:Machine", name, propertiesOf(properties, handedOver(args, handling)), versioned(opts));');
  expect(machine).toContain('const handling = { gate: { password: "secret" } } as const;');
});

test("arguments have their whole text; what they are once known is described by its first sentence", () => {
  expect(sdk["machine.ts"]).toContain(`export interface MachineArgs {
  /** The machine's name. */
  readonly name: pulumi.Input<string>;
  /** Size in units. Default: 1. */
  readonly size?: pulumi.Input<number | undefined>;
  /** Free text. */
  readonly note?: pulumi.Input<string | undefined>;
  /** Region slugs. */
  readonly regions?: pulumi.Input<readonly pulumi.Input<string>[] | undefined>;
  /** When it serves. */
  readonly gate?: pulumi.Input<MachineGateArgs | undefined>;
  /** Handed to the machine. */
  readonly userData?: pulumi.Input<string | undefined>;
}`);
  expect(sdk["machine.ts"]).toContain("  /** Size in units. */\n  declare readonly size");
  expect(sdk["machine.ts"]).toContain("export interface MachineGateHttp {\n  /** TCP port. */\n  readonly port: number;\n}");
});

test("a function has one form for plain arguments and one for outputs", () => {
  const getMachine = sdk["getMachine.ts"];
  expect(getMachine).toContain("function getMachine(args: GetMachineArgs, opts?: pulumi.InvokeOptions): Promise<GetMachineResult> {");
  expect(getMachine).toContain("function getMachineOutput(");
  expect(getMachine).toContain("export interface GetMachineResult {\n  /** Where it listens. */\n  readonly address: string;\n}");
});

test("an explicit provider requires nothing that may come from the environment, and keeps its secrets", () => {
  const provider = sdk["provider.ts"];
  expect(provider).toContain("/** One account of machines. */\nexport class Provider");
  expect(provider).toContain("  readonly token?: pulumi.Input<string | undefined>;");
  expect(provider).toContain('{ additionalSecretOutputs: ["token"] }');
  expect(provider).toContain('const handling = { token: "secret" } as const;');
});
