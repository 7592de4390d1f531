import { fingerprint, sameTemplate, type Template } from "../../../provider/rollout/template";

const template: Template = { image: "12", size: "s-1vcpu-1gb", sshKeys: ["1", "2"], userData: "#cloud-config" };

test("gives twelve hexadecimal digits, the same for the same Droplets whatever the order of the keys", () => {
  const made = fingerprint(template, "fleet1");
  expect(made).toMatch(/^[0-9a-f]{12}$/);
  expect(fingerprint({ ...template, sshKeys: ["2", "1"], vpcUuid: undefined }, "fleet1")).toBe(made);
});

test("tells every part of a template apart, and every fleet", () => {
  const others: readonly Template[] = [
    { ...template, image: "13" },
    { ...template, size: "s-2vcpu-2gb" },
    { ...template, sshKeys: ["1"] },
    { ...template, userData: undefined },
    { ...template, vpcUuid: "5a4981aa-9653-4bd1-bef5-d6bff52042e4" },
  ];
  const made = [template, ...others].map((one) => fingerprint(one, "fleet1"));
  expect(new Set([...made, fingerprint(template, "fleet2")]).size).toBe(7);
  expect(others.map((one) => sameTemplate(template, one))).toEqual([false, false, false, false, false]);
  expect(sameTemplate(template, { ...template, sshKeys: ["2", "1"] })).toBe(true);
});
