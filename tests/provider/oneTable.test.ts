import { checkByTable, toSentence } from "../../provider/host/check";
import { effectsByTable } from "../../provider/host/diff";
import { nodeSdk } from "../../provider/host/nodeSdk";
import type { PropertyTable } from "../../provider/host/property";
import { erase, type Provider } from "../../provider/host/provider";
import { referencePage } from "../../provider/host/reference";
import { packageSchema } from "../../provider/host/schema";
import { imagefleet } from "../../provider/imagefleet";
import type { ProviderContext } from "../../provider/providerContext";
import { fleet } from "../../provider/resources/fleet/fleet";

const snapshots = {
  shape: { object: { plan: { shape: "string", required: true, doc: "How often." }, hour: { shape: "integer", default: 4, doc: "When." } } },
  change: "roll",
  doc: "Snapshots of each Droplet. Default: none.",
  example: 'snapshots: { plan: "daily" }',
} as const;
const inputs = { ...fleet.inputs, snapshots } as const satisfies PropertyTable;
const provider: Provider<ProviderContext> = { ...imagefleet(), resources: [erase({ ...fleet, inputs })] };

/** A property that nothing but its row in the table knows. */
describe("a property that is added to a table", () => {
  test("is checked, with its defaults and its spelling", () => {
    const given = { image: "1", region: "ams3", size: "s-1vcpu-1gb", count: 1, sshKeys: ["1"], name: "web" };
    expect(checkByTable(inputs, { ...given, snapshots: { plan: "daily" } })).toMatchObject({
      inputs: { snapshots: { plan: "daily", hour: 4 } },
      faults: [],
    });
    const { faults } = checkByTable(inputs, { ...given, snapshot: {}, snapshots: { plan: 7 } });
    expect(faults.map((fault) => toSentence(fault, new Set()))).toEqual([
      "`snapshot` is not a known property. Did you mean `snapshots`?",
      "`snapshots.plan` must be a string, got `7`.",
    ]);
  });

  test("has the effect that its row says", () => {
    expect(effectsByTable(inputs, { snapshots: { plan: "daily" } }, { snapshots: { plan: "weekly" } })).toEqual({ snapshots: "roll" });
  });

  test("is in the schema, with a type of its own", () => {
    const schema = packageSchema(provider) as unknown as {
      resources: Record<string, { inputProperties: Record<string, unknown>; properties: Record<string, unknown> }>;
      types: Record<string, unknown>;
    };
    const described = { $ref: "#/types/imagefleet:index:FleetSnapshots", description: snapshots.doc };
    expect(schema.resources["imagefleet:index:Fleet"]?.inputProperties["snapshots"]).toEqual(described);
    expect(schema.resources["imagefleet:index:Fleet"]?.properties["snapshots"]).toEqual(described);
    expect(schema.types["imagefleet:index:FleetSnapshots"]).toEqual({
      type: "object",
      properties: { plan: { type: "string", description: "How often." }, hour: { type: "integer", description: "When.", default: 4 } },
      required: ["plan"],
    });
  });

  test("is in the reference", () => {
    expect(referencePage(provider)).toContain(
      [
        '- `snapshots` (object, rolls): Snapshots of each Droplet. Default: none. Example: `snapshots: { plan: "daily" }`.',
        "  - `plan` (string, required): How often.",
        "  - `hour` (integer): When.",
      ].join("\n"),
    );
  });

  test("is in the SDK: as an argument, as an output, and among what the class sends", () => {
    const sdk = nodeSdk(provider)["fleet.ts"] ?? "";
    expect(sdk).toContain("  /** Snapshots of each Droplet. */\n  declare readonly snapshots: pulumi.Output<FleetSnapshots | undefined>;");
    expect(sdk).toContain(
      [
        "  /**",
        "   * Snapshots of each Droplet. Default: none.",
        "   *",
        "   * ```ts",
        '   * snapshots: { plan: "daily" }',
        "   * ```",
        "   */",
        "  readonly snapshots?: pulumi.Input<FleetSnapshotsArgs | undefined>;",
      ].join("\n"),
    );
    expect(sdk).toContain(
      "export interface FleetSnapshots {\n  /** How often. */\n  readonly plan: string;\n  /** When. */\n  readonly hour: number;\n}",
    );
    expect(sdk).toMatch(/const properties = \[[^\]]*"snapshots"/);
  });
});
