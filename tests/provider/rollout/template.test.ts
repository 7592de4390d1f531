import { fleetInputs } from "../../../provider/resources/fleet/fleetTable";
import { unknownValue } from "../../../provider/host/property";
import { newDroplets } from "../../../provider/rollout/newDroplets";
import { TemplateProperties, type Template } from "../../../provider/rollout/template";

const properties = new TemplateProperties(fleetInputs);
const vpcUuid = "5a4981aa-9653-4bd1-bef5-d6bff52042e4";
const inputs = { image: "12", region: "ams3", size: "s-1vcpu-1gb", count: 3, sshKeys: ["2", "1"], userData: "#cloud-config", vpcUuid };

function template(changes: object = {}): Template {
  return properties.of({ ...inputs, ...changes })!;
}

test("takes what rolls from a fleet's values, and nothing where a required one is missing or not known yet", () => {
  expect(template()).toEqual({ image: "12", size: "s-1vcpu-1gb", sshKeys: ["2", "1"], userData: "#cloud-config", vpcUuid });
  expect(properties.of({ ...inputs, image: undefined })).toBeUndefined();
  expect(properties.of({ ...inputs, sshKeys: ["1", unknownValue] })).toBeUndefined();
  expect(properties.of({ ...inputs, userData: unknownValue })).toBeUndefined();
});

test("gives the fingerprints of the first release, whatever the order of the keys", () => {
  expect(properties.fingerprint(template(), "fleet1")).toBe("1b09a6dd4365");
  expect(properties.fingerprint(template({ sshKeys: ["1", "2"] }), "fleet1")).toBe("1b09a6dd4365");
  const bare = template({ sshKeys: ["1"], userData: undefined, vpcUuid: undefined });
  expect(properties.fingerprint(bare, "fleet1")).toBe("fa8f121e41a7");
});

test("tells every part of a template apart, and every fleet", () => {
  const changes = [{ image: "13" }, { size: "s-2vcpu-2gb" }, { sshKeys: ["1"] }, { userData: undefined }, { vpcUuid: undefined }];
  const others = changes.map((change) => template(change));
  const made = [template(), ...others].map((one) => properties.fingerprint(one, "fleet1"));
  expect(new Set([...made, properties.fingerprint(template(), "fleet2")]).size).toBe(7);
  expect(others.map((one) => properties.same(template(), one))).toEqual([false, false, false, false, false]);
});

test("a property added to the table later changes only the templates that set it", () => {
  const added = { publicNetworking: { shape: "boolean", doc: "Made up.", default: true, change: "roll" } } as const;
  const later = new TemplateProperties({ ...fleetInputs, ...added });
  const [as, off] = [later.of(inputs)!, later.of({ ...inputs, publicNetworking: false })!];
  expect(later.fingerprint(as, "fleet1")).toBe("1b09a6dd4365");
  expect(later.fingerprint(off, "fleet1")).not.toBe("1b09a6dd4365");
  expect([later.same(as, template()), later.same(as, off)]).toEqual([true, false]);
});

test("sends each property under the API's name, ids as numbers", () => {
  const fingerprint = "3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa";
  const body = newDroplets(template({ sshKeys: ["7", fingerprint], userData: "77" }), { names: ["web-0"], region: "ams3", tags: ["a"] });
  expect(body).toEqual({
    ...{ names: ["web-0"], region: "ams3", tags: ["a"], image: 12, size: "s-1vcpu-1gb" },
    ...{ ssh_keys: [7, fingerprint], user_data: "77", vpc_uuid: vpcUuid },
  });
});
