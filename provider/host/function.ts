import type { PropertyTable, ValuesOf } from "./property";

/** One function of the package: looks something up, changes nothing. */
export interface FunctionType<S, I extends PropertyTable = PropertyTable, O extends PropertyTable = PropertyTable> {
  /** `imagefleet:index:getImage` */
  readonly token: string;
  readonly doc: string;
  readonly inputs: I;
  readonly outputs: O;
  /** Called with checked inputs, all of them known. */
  invoke(inputs: ValuesOf<I>, context: S, signal: AbortSignal): Promise<ValuesOf<O>>;
}
