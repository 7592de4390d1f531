import type { BodyFields, FieldRule } from "./bodyFields";
import { settings, switches } from "./options";
import type { Route } from "./route";
import { routes } from "./routes";

/** `docs/emulator.md`: what the emulator models, by route, and its options with their defaults. */
export function emulatorPage(): string {
  return `# The emulator

\`imagefleet emulator\` serves DigitalOcean's API on this machine. A request that it does not model is answered 501 with the name of the route,
the action or the field; nothing is ignored in silence. Actions take time, and their effects show when they end. Droplets are listeners on
addresses in 127.0.0.0/8, on Linux only, whatever the ranges of their VPCs are.

Firewalls open and close the Droplets' ports. A connection to a port that a Droplet listens on and no rule admits times out, as it does at a
real firewall: the port has a listener whose queue is full and that never accepts, so the kernel drops what comes. Connections that were
open when a port closed end. A port on which nothing listens refuses, also behind a firewall, where the real one drops. Clients are not
told apart: on a public address all of them are 127.0.0.1, so a rule admits them if its addresses include that one; on the private address
a rule admits whoever it names. Outbound rules are stored only.

Load balancers forward http to http, tcp to tcp, and https to https with \`tls_passthrough\`; a rule that ends TLS or goes from one protocol to
another is answered 501. Each HTTP request goes to the next healthy Droplet, by its private address. A Droplet that loses the tag goes on getting
requests until the load balancer looks at the tags again (\`loadBalancerLagSeconds\`); then new connections go elsewhere, and open ones
run on to their end. Certificates, domains and records are stored only: no name leads anywhere.

A port below 1024 opens where the emulator's user may open it (root, or as \`net.ipv4.ip_unprivileged_port_start\` says); elsewhere it stays
closed, and a line of the log says so.

This page comes from the emulator's own tables (\`npm run reference\`).

## Routes

${routes.map(describeRoute).join("\n")}

## Switches

These behaviours are not documented. Each switch has the value that was observed or that the documentation suggests, otherwise the stricter
one. \`POST /_emulator/options\` changes it while the emulator runs.

| Switch | What it decides | Default | Other |
| ------ | --------------- | ------- | ----- |
${Object.entries(switches)
  .map(([name, { about, values }]) => `| \`${name}\` | ${about} | \`${values[0]}\` | \`${values[1]}\` |`)
  .join("\n")}

## Settings

Set like the switches.

| Setting | What it is | Default |
| ------- | ---------- | ------- |
${Object.entries(settings)
  .map(([name, { about, value }]) => `| \`${name}\` | ${about} | \`${JSON.stringify(value)}\` |`)
  .join("\n")}
`;
}

function describeRoute({ method, path, scope, body, actions }: Route): string {
  const taken = body === undefined ? [] : describeFields(body);
  const ofActions = Object.entries(actions ?? {}).map(([type, fields]) => {
    if (fields === null) return `  - action \`${type}\`: 501`;
    return [`  - action \`${type}\``, ...describeFields(fields)].join("; ");
  });
  return [[`- \`${method} ${path}\` (${scope})`, ...taken].join("; "), ...ofActions].join("\n");
}

function describeFields(fields: BodyFields): string[] {
  const rows = flatten(fields);
  const names = (wanted: string): string[] => rows.filter(({ rule }) => rule === wanted).map(({ name }) => `\`${name}\``);
  const [modelled, noEffect] = [names("modelled"), names("noEffect")];
  const limited = rows.flatMap(({ name, rule }) => {
    if (typeof rule === "string" || !("only" in rule)) return [];
    const known = rule.only.map((value) => `\`${JSON.stringify(value)}\``);
    return known.length === 0 ? [`\`${name}\`: 501`] : [`\`${name}\`: ${known.join(" or ")}, otherwise 501`];
  });
  return [
    ...(modelled.length > 0 ? [modelled.join(", ")] : []),
    ...(noEffect.length > 0 ? [`without effect: ${noEffect.join(", ")}`] : []),
    ...limited,
  ];
}

function flatten(fields: BodyFields, prefix = ""): { name: string; rule: FieldRule }[] {
  return Object.entries(fields).flatMap(([name, rule]) => {
    if (typeof rule === "string" || "only" in rule) return [{ name: prefix + name, rule }];
    return "fields" in rule ? flatten(rule.fields, `${prefix}${name}.`) : flatten(rule.items, `${prefix}${name}[].`);
  });
}
