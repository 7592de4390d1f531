import type { World } from "../world";
import type { Fault } from "./fault";
import type { PropertyTable, ValuesOf, WithUnknowns } from "./property";
import type { ResourceType } from "./resource";

/** A whole provider as data: what the gRPC host serves. `S` is what `configure` makes of the checked configuration. */
export interface Provider<S, C extends PropertyTable = PropertyTable> {
  /** `imagefleet` */
  readonly name: string;
  readonly version: string;
  readonly doc: string;
  readonly configuration: C;
  /** Environment variables that fill a configuration property that is not set, first one wins. */
  readonly environment: { readonly [K in keyof C]?: readonly string[] };
  /** Faults beyond the table: endpoint, missing token. Values from the environment are already filled in. */
  checkConfiguration?(configuration: WithUnknowns<Partial<ValuesOf<C>>>): readonly Fault[];
  /** Configuration properties whose change replaces every resource of this provider (another account). */
  configure(configuration: ValuesOf<C>, world: World): S;
  /** Handlers by token; each entry's tables are its own, so the common type erases them. */
  readonly resources: readonly AnyResourceType<S>[];
}

/** A resource type whose tables the host does not need to know: made by `erase`. */
export type AnyResourceType<S> = ResourceType<S>;

/** Forgets a resource type's tables. Safe: the host hands each handler only values that its own tables have checked. */
export function erase<S, I extends PropertyTable, O extends PropertyTable>(type: ResourceType<S, I, O>): AnyResourceType<S> {
  return type as unknown as AnyResourceType<S>;
}
