import type { Proxies } from "./proxies";

/** Sends what leaves this machine through the proxies that the environment names. Where it names none, nothing is loaded for it. */
export function honourProxies(environment: Readonly<Record<string, string | undefined>>): Proxies | undefined {
  const isNamed = Object.entries(environment).some(([name, value]) => /^(https?|all)_proxy$/i.test(name) && (value ?? "") !== "");
  return isNamed ? (require("./proxies") as typeof import("./proxies")).useProxies() : undefined;
}
