import { rules, type Declared } from "../../examples/policy/rules";

function faultOf(name: string, declared: Declared): string | undefined {
  return rules.find((rule) => rule.name === name)!.fault(declared);
}

test.each([
  [{ url: "https://images.example.com/web.qcow2" }, false],
  [{ url: "https://images.example.com/web.qcow2", sha256: "a".repeat(64) }, true],
  [{ path: "web.qcow2" }, true],
])("an image of %j is allowed: %p", (source, allowed) => {
  expect(faultOf("image-digest-declared", { source }) === undefined).toBe(allowed);
});

test.each([
  [{ protocol: "tcp", portRange: "22", sourceAddresses: ["0.0.0.0/0"] }, false],
  [{ protocol: "tcp", portRange: "1-1024", sourceAddresses: ["198.51.100.0/24", "::/0"] }, false],
  [{ protocol: "tcp", portRange: "all", sourceAddresses: ["0.0.0.0/0"] }, false],
  [{ protocol: "tcp", portRange: "22", sourceAddresses: ["198.51.100.7/32"] }, true],
  [{ protocol: "tcp", portRange: "22", sourceTags: ["bastion"] }, true],
  [{ protocol: "tcp", portRange: "80-443", sourceAddresses: ["0.0.0.0/0"] }, true],
  [{ protocol: "udp", portRange: "22", sourceAddresses: ["0.0.0.0/0"] }, true],
])("a firewall with %j is allowed: %p", (rule, allowed) => {
  expect(faultOf("no-public-ssh", { inboundRules: [rule] }) === undefined).toBe(allowed);
});

test.each([
  [undefined, false],
  [{ active: true }, false],
  [{ http: { port: 8080 } }, true],
  [{ loadBalancer: "4de7ac8b" }, true],
])("a fleet with the gate %j is allowed: %p", (gate, allowed) => {
  expect(faultOf("gate-probed", { gate }) === undefined).toBe(allowed);
});
