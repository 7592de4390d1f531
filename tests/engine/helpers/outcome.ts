import type { ResourceState, Result, Stack } from "../../helpers/engine";

/** What the engine says at the end of a command, an update's preview apart, by resource: each diagnostic as it is printed, lines joined. */
export function diagnosticsOf({ stdout }: Result): Readonly<Record<string, string>> {
  const block = [...stdout.matchAll(/^Diagnostics:\n((?: .*\n|\n)*)/gm)].at(-1)?.[1] ?? "";
  const heads = [...block.matchAll(/^ {2}(\S.*):\n((?: {4}.*\n|\n)*)/gm)];
  return Object.fromEntries(heads.map(([, resource = "", text = ""]) => [resource, text.trim().replace(/\n\s+/g, "\n")]));
}

/** What the state holds of the project's own resources, by type and name: `ImageReplica web-nyc3`, and `… (to be deleted)` for a replaced one. */
export async function stateOf(stack: Stack): Promise<Readonly<Record<string, Kept>>> {
  const { deployment } = await stack.state();
  const own = (deployment.resources ?? []).filter(({ custom, type }) => custom && type.startsWith("imagefleet:"));
  return Object.fromEntries(
    own.map(({ urn, id, outputs, initErrors, delete: replaced }) => {
      return [urn.replace(/^.*:index:(\w+)::/, "$1 ") + (replaced === true ? " (to be deleted)" : ""), { id, outputs, initErrors }];
    }),
  );
}

export type Kept = Pick<ResourceState, "id" | "outputs" | "initErrors">;
