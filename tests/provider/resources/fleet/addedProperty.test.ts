import type { FleetInputs } from "../../../../provider/resources/fleet/fleetState";

// A property that the API knows and the table of today doesn't.
jest.mock("../../../../provider/resources/fleet/fleetTable", () => {
  const actual = jest.requireActual<typeof import("../../../../provider/resources/fleet/fleetTable")>(
    "../../../../provider/resources/fleet/fleetTable",
  );
  const withDropletAgent = { shape: "boolean", doc: "Made up for this test.", change: "roll" };
  return { ...actual, fleetInputs: { ...actual.fleetInputs, withDropletAgent } };
});

import { checkByTable } from "../../../../provider/host/check";
import { packageSchema } from "../../../../provider/host/schema";
import { imagefleet } from "../../../../provider/imagefleet";
import { fleet } from "../../../../provider/resources/fleet/fleet";
import { FleetRig } from "./fleetRig";

test("a property that says `roll` is checked, sent, fingerprinted, rolled and documented from its row alone", async () => {
  const rig = new FleetRig();
  const inputs = await rig.inputs(0);
  const changed = { ...inputs, withDropletAgent: false } as FleetInputs;
  const { faults } = checkByTable(fleet.inputs, { ...changed, withDropletAgent: "yes" });
  expect(faults).toEqual([{ property: "withDropletAgent", expectation: "must be `true` or `false`", received: "yes" }]);
  expect(JSON.stringify(packageSchema(imagefleet()))).toContain("Made up for this test.");

  const before = await rig.create(inputs);
  const after = await rig.update(before, changed);
  expect(after.reasons).toEqual([]);
  expect(after.state.template).not.toBe(before.state.template);
  expect(rig.bodies.map((body) => body["with_droplet_agent"])).toEqual([undefined, false, false, false]);
  expect(new Set([...before.state.live!, ...after.state.live!].map(({ id }) => id)).size).toBe(6);
});
