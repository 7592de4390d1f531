import type { NewDropletsWire } from "../api/wire";
import type { Template } from "./template";

/** What is asked for beside the template. */
type Placement = Pick<NewDropletsWire, "names" | "region" | "tags" | "backups">;

/** Properties whose values, or items, are ids: numbers where the API has numbers. */
const ids: ReadonlySet<string> = new Set(["image", "sshKeys"]);

/** The body of the POST that makes Droplets from a template: each property under the API's name for it. */
export function newDroplets(template: Template, placement: Placement): NewDropletsWire {
  const fields = Object.entries(template).map(([name, value]) => [snakeCase(name), ids.has(name) ? asIds(value) : value]);
  return { ...placement, ...(Object.fromEntries(fields) as Omit<NewDropletsWire, keyof Placement>) };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function asIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asIds);
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
}
