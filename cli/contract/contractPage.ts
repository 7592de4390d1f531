import { claims } from "./playContract";

/** `docs/contract.md`: how the contract is played, and each of its claims. */
export function contractPage(): string {
  return `# The contract

\`imagefleet contract\` plays what the [emulator](emulator.md) and the provider assume of DigitalOcean's API against an account, claim by claim, and
prints for each whether it holds, what was seen, and which of the emulator's switches decides it. It hasn't been run on the live service yet.

<!-- needs an account -->

\`\`\`sh
DIGITALOCEAN_TOKEN=dop_v1_… imagefleet contract --json > contract.json
\`\`\`

It says its price first and asks: under $0.05. A Droplet of the smallest size and its snapshot cost a cent each, an hour of a load balancer less
than two, some small images next to nothing; VPC, firewall, project and domain are free. A Droplet that DigitalOcean should refuse and makes is
a cent more.

What it makes has a name of the run, and its tag where it can have one; the journal (\`--journal\`) knows of it before it is asked for. At the end,
after Ctrl-C too, all of it is removed, and by \`--clean-up\` what a run left that was killed. The domain is one under \`.example\`, which nobody can
register. In a region that has no VPC yet none is made, since it would become the region's default one and could not be deleted. The image must answer on
port 22, as the default one does, or on \`--image-port\`. The token needs to read, create, change and delete all of these; where it can't, the claims
could not tell.

This page comes from the claims' own table (\`npm run reference\`), which has ${claims.length}.

| Claim | What it says | Source | Switch or setting |
| ----- | ------------ | ------ | ----------------- |
${claims.map(({ id, claim, source, switch: by }) => `| \`${id}\` | ${claim} | ${source} | ${by === undefined ? "" : `\`${by}\``} |`).join("\n")}
`;
}
