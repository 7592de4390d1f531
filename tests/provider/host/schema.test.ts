import { packageSchema } from "../../../provider/host/schema";
import { toyProvider } from "../../protocol/toy";

const schema = packageSchema(toyProvider());
const resource = (schema["resources"] as Record<string, Record<string, unknown>>)["toy:index:Machine"];

test("configuration is described with its secrets; none of it is required of a program, and no SDK fills any of it in", () => {
  expect(schema["config"]).toEqual({
    variables: {
      token: { type: "string", description: "Key of the account.", secret: true },
      parallel: { type: "integer", description: "How many at once. Default: 4." },
    },
    defaults: [],
  });
  expect(schema["provider"]).toEqual({
    description: "One account of machines.",
    inputProperties: {
      token: { type: "string", description: "Key of the account.", secret: true },
      parallel: { type: "integer", description: "How many at once. Default: 4." },
    },
    requiredInputs: [],
  });
});

test("a resource's inputs carry defaults and replacement; its outputs are the inputs and more", () => {
  expect(resource?.["inputProperties"]).toEqual({
    name: { type: "string", description: "The machine's name.", willReplaceOnChanges: true },
    size: { type: "integer", description: "Size in units. Default: 1.", default: 1 },
    note: { type: "string", description: "Free text." },
    regions: { type: "array", items: { type: "string" }, description: "Region slugs." },
    gate: { $ref: "#/types/toy:index:MachineGate", description: "When it serves." },
    userData: { type: "string", description: "Handed to the machine." },
  });
  expect(Object.keys(resource?.["properties"] as object)).toEqual([
    "name",
    "size",
    "note",
    "regions",
    "gate",
    "userData",
    "address",
    "key",
    "live",
  ]);
  expect([resource?.["requiredInputs"], resource?.["required"]]).toEqual([["name"], ["name", "size", "address"]]);
});

test("each nested object is a type named after where it stands", () => {
  expect(schema["types"]).toEqual({
    "toy:index:MachineGate": {
      type: "object",
      properties: {
        http: { $ref: "#/types/toy:index:MachineGateHttp", description: "Asks by HTTP." },
        password: { type: "string", description: "Sent along.", secret: true },
      },
      required: [],
    },
    "toy:index:MachineGateHttp": {
      type: "object",
      properties: { port: { type: "integer", description: "TCP port." } },
      required: ["port"],
    },
  });
});

test("functions have inputs and outputs", () => {
  expect(schema["functions"]).toEqual({
    "toy:index:getMachine": {
      description: "Finds a machine.",
      inputs: { type: "object", properties: { name: { type: "string", description: "Its name." } }, required: ["name"] },
      outputs: { type: "object", properties: { address: { type: "string", description: "Where it listens." } }, required: ["address"] },
    },
  });
});
