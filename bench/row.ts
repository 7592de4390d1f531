/** One line of the bench: what is measured, and what it should come to. */
export interface Row {
  /** Stands for the row on the command line, in the JSON and in `docs/performance.md`. */
  readonly id: string;
  /** Of the value and of the target; empty for ratios and counts. */
  readonly unit: string;
  /** Undefined where nothing is promised: then the value is there to be looked at. */
  readonly target?: Target;
  measure(): Promise<Measured>;
}

export interface Target {
  readonly is: "<=" | ">=" | "=";
  readonly than: number;
}

export interface Measured {
  readonly value: number;
  /** What the value was made from, in a few words. */
  readonly note: string;
}

/** A row's result as the JSON file holds it. */
export interface Result {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  /** Such as `<= 1.1`; null where nothing is promised. */
  readonly target: string | null;
  readonly note: string;
}

export function atMost(than: number): Target {
  return { is: "<=", than };
}

export function atLeast(than: number): Target {
  return { is: ">=", than };
}

export function exactly(than: number): Target {
  return { is: "=", than };
}

export function isMet({ is, than }: Target, value: number): boolean {
  switch (is) {
    case "<=":
      return value <= than;
    case ">=":
      return value >= than;
    case "=":
      return value === than;
  }
}

/** For rows that come from one measurement: it is made when the first of them is asked for. */
export function once<T>(measure: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= measure());
}

/** A value as people compare it: three digits count. */
export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
