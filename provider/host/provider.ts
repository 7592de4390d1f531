import type { World } from "../world";
import type { Fault } from "./fault";
import type { FunctionType } from "./function";
import type { PartlyKnown, PropertyTable, ValuesOf } from "./property";
import type { ResourceType } from "./resource";

/** A whole provider as data: what the gRPC host serves. `S` is what `configure` makes of the checked configuration. */
export interface Provider<S, C extends PropertyTable = PropertyTable> {
  /** `imagefleet` */
  readonly name: string;
  readonly version: string;
  readonly doc: string;
  /** What the schema says of the package to registries and to the generators of SDKs, beside the tables. */
  readonly packaging?: Packaging;
  /** What an explicit provider of a program is. Default: `doc`. */
  readonly accountDoc?: string;
  readonly configuration: C;
  /** Environment variables that fill a configuration property that is not set, first one wins. */
  readonly environment: { readonly [K in keyof C]?: readonly string[] };
  /** Faults beyond the table: endpoint, missing token. Values from the environment are already filled in. */
  checkConfiguration?(configuration: PartlyKnown<Partial<ValuesOf<C>>>): readonly Fault[];
  /** What the handlers of one configured provider share: its API client and the like. May throw one finished sentence. */
  configure(configuration: ValuesOf<C>, world: World): S;
  /** Handlers by token; each entry's tables are its own, so the common type erases them. */
  readonly resources: readonly AnyResourceType<S>[];
  readonly functions?: readonly AnyFunctionType<S>[];
  /** What `Construct` lays out for programs in other languages. */
  readonly components?: readonly ComponentType[];
}

/** A component as the schema describes it. */
export interface ComponentType {
  readonly token: string;
  readonly doc: string;
  /** The resource whose nested types it shares. */
  readonly of: string;
  readonly inputs: PropertyTable;
  readonly outputs: PropertyTable;
  readonly methods?: Readonly<Record<string, MethodType>>;
}

/** What a program can ask a component that was laid out. */
export interface MethodType {
  readonly doc: string;
  readonly inputs: PropertyTable;
  readonly outputs: PropertyTable;
}

/** Names of the package where it comes from and in other languages; JSON as the package schema has it. */
export interface Packaging {
  readonly pluginDownloadURL: string;
  readonly repository: string;
  readonly homepage: string;
  readonly license: string;
  readonly publisher: string;
  readonly keywords: readonly string[];
  /** By language: the package's own name there, instead of one that the generator would make up. */
  readonly language: Readonly<Record<string, Readonly<Record<string, string | boolean>>>>;
}

/** A function whose tables the host does not need to know: made by `eraseFunction`. */
export type AnyFunctionType<S> = FunctionType<S>;

/** Forgets a function's tables, as `erase` does. */
export function eraseFunction<S, I extends PropertyTable, O extends PropertyTable>(type: FunctionType<S, I, O>): AnyFunctionType<S> {
  return type;
}

/** A resource type whose tables the host does not need to know: made by `erase`. */
export type AnyResourceType<S> = ResourceType<S>;

/** Forgets a resource type's tables. Safe: the host hands each handler only values that its own tables have checked. */
export function erase<S, I extends PropertyTable, O extends PropertyTable>(type: ResourceType<S, I, O>): AnyResourceType<S> {
  return type as unknown as AnyResourceType<S>;
}
