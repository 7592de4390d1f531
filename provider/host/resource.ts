import type { Fault } from "./fault";
import type { Listener } from "../waiting/listener";
import type { Effect, PartlyKnown, PropertyTable, ValuesOf, WithUnknowns } from "./property";

/**
 * One resource type: its tables and what each verb does. Handlers see plain values: secrets are unwrapped before and wrapped again
 * after (an output is secret where its table says so, or where the input of the same name came as a secret).
 *
 * `S` is what the provider's `configure` made: its API client and whatever else one configured provider shares.
 */
export interface ResourceType<S, I extends PropertyTable = PropertyTable, O extends PropertyTable = PropertyTable> {
  /** `imagefleet:index:ImageImport` */
  readonly token: string;
  readonly doc: string;
  readonly inputs: I;
  /** Outputs besides the inputs, which are outputs too. Each is optional when read from state: state outlives versions. */
  readonly outputs: O;
  /** Seconds an operation may take where `customTimeouts` says nothing. */
  readonly timeoutSeconds: { readonly create: number; readonly update: number; readonly delete: number };

  /** Faults beyond the tables, pure and quick. `previous` is undefined for a resource that does not exist yet (also when it is being replaced). */
  check?(inputs: PartlyKnown<ValuesOf<I>>, previous: StoredState<I, O> | undefined): readonly Fault[];
  /**
   * Inputs without a fault, completed by what files of this machine say; no request, and quick. Throws one finished sentence where they are
   * not what they should be, which becomes a fault.
   */
  complete?(
    inputs: PartlyKnown<ValuesOf<I>>,
    previous: StoredState<I, O> | undefined,
    context: S,
    signal: AbortSignal,
  ): Promise<PartlyKnown<ValuesOf<I>>>;
  /**
   * Corrects what the tables say of the changed inputs, and adds outputs that have drifted from what is wanted: what it returns is laid
   * over `change.effects`, and `none` takes a property out. Makes no request unless the resource says so in its docs.
   */
  diff?(change: ResourceChange<I, O>, context: S, call: Call): Effects | Promise<Effects>;
  /**
   * What creating (no `state`) or updating would do, checked without spending anything. Outputs that are not returned are unknown when
   * creating, and as they were when updating.
   */
  preview?(
    inputs: PartlyKnown<ValuesOf<I>>,
    state: StoredState<I, O> | undefined,
    context: S,
    call: Call,
  ): Promise<WithUnknowns<Partial<State<I, O>>>>;
  /** Creates it, or goes on with what an interrupted run left. Throws `Unfinished` where something exists that the next update can finish. */
  create(inputs: ValuesOf<I>, context: S, call: Call): Promise<Existing<I, O>>;
  /** The live resource, or undefined where it is gone. `known` is undefined on `pulumi import`. Throws `Unfinished` while it is unhealthy. */
  read(id: string, known: Known<I, O> | undefined, context: S, call: Call): Promise<ReadAnswer<I, O> | undefined>;
  /** Brings it to the new inputs; also called with unchanged ones to finish what threw `Unfinished`. */
  update(id: string, state: StoredState<I, O>, inputs: ValuesOf<I>, context: S, call: Call): Promise<State<I, O>>;
  delete(id: string, state: StoredState<I, O>, context: S, call: Call): Promise<void>;
}

/** What one operation can see and say. */
export interface Call extends Listener {
  readonly urn: string;
  /** A warning that stays in the diagnostics. */
  warn(text: string): void;
}

export type State<I extends PropertyTable, O extends PropertyTable> = ValuesOf<I> & ValuesOf<O>;
export type StoredState<I extends PropertyTable, O extends PropertyTable> = Partial<State<I, O>>;

export interface Existing<I extends PropertyTable, O extends PropertyTable> {
  readonly id: string;
  readonly state: State<I, O>;
}

export interface Known<I extends PropertyTable, O extends PropertyTable> {
  readonly state: StoredState<I, O>;
  readonly inputs: Partial<ValuesOf<I>>;
}

export interface ReadAnswer<I extends PropertyTable, O extends PropertyTable> {
  readonly state: StoredState<I, O>;
  /** The inputs that would lead to this state: what the next diff compares with. */
  readonly inputs: Partial<ValuesOf<I>>;
}

export interface ResourceChange<I extends PropertyTable, O extends PropertyTable> {
  readonly id: string;
  readonly state: StoredState<I, O>;
  readonly before: Partial<ValuesOf<I>>;
  readonly after: PartlyKnown<ValuesOf<I>>;
  /** Effects by the tables: each input whose value differs (an unknown one differs). */
  readonly effects: Effects;
}

/** Top-level property name -> what its change does. `none` hides it. */
export type Effects = Readonly<Record<string, Effect>>;
