import type { Rule } from "../../host/property";

/** What the API accepts; any other value it takes as `Unknown` without a word. It reads `Unknown` back as `Unknown OS`. */
const distributions = [
  "Arch Linux",
  "CentOS",
  "CoreOS",
  "Debian",
  "Fedora",
  "Fedora Atomic",
  "FreeBSD",
  "Gentoo",
  "openSUSE",
  "RancherOS",
  "Rocky Linux",
  "Ubuntu",
  "Unknown",
];

/** As a text lists them. */
export const distributionNames = distributions.map((name) => `\`${name}\``).join(", ");

export const isDistribution: Rule = {
  expectation: `must be one of ${distributionNames}`,
  holds: (value: string) => distributions.includes(normalDistribution(value)),
  remedy: "DigitalOcean would take any other value as `Unknown`.",
};

/** The one spelling of a distribution that has two. */
export function normalDistribution(value: string): string {
  return value === "Unknown OS" ? "Unknown" : value;
}

/** Whether two distributions are one; none given is `Unknown` to the service. */
export function sameDistribution(a: string | undefined, b: string | undefined): boolean {
  return normalDistribution(a ?? "Unknown") === normalDistribution(b ?? "Unknown");
}
