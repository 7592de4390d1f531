interface Slot<Row> {
  readonly row: Row;
  readonly visibleAt: number;
  deletedAt: number | undefined;
}

/** Rows of one kind by id. Writes see each change at once, reads see it after the lag of the write that made it. */
export class Store<Row extends { readonly id: number | string }> {
  readonly #slots = new Map<string, Slot<Row>>();

  /** Adds a row that reads see from `visibleAt` (milliseconds since the epoch) on. */
  add(row: Row, visibleAt = 0): void {
    this.#slots.set(String(row.id), { row, visibleAt, deletedAt: undefined });
  }

  /** Removes a row that reads still see until `deletedAt`. */
  remove(id: Row["id"], deletedAt: number): void {
    const slot = this.#slots.get(String(id));
    if (slot !== undefined) slot.deletedAt = deletedAt;
  }

  /** The row if it exists, whether reads see it or not. */
  get(id: number | string): Row | undefined {
    const slot = this.#slots.get(String(id));
    return slot?.deletedAt === undefined ? slot?.row : undefined;
  }

  /** The rows that exist, whether reads see them or not. */
  all(): Row[] {
    return [...this.#slots.values()].filter((slot) => slot.deletedAt === undefined).map((slot) => slot.row);
  }

  /** The row as a read at `now` sees it. */
  read(id: number | string, now: number): Row | undefined {
    const slot = this.#slots.get(String(id));
    return slot !== undefined && isVisible(slot, now) ? slot.row : undefined;
  }

  /** The rows that a read at `now` sees, oldest first. */
  list(now: number): Row[] {
    return [...this.#slots.values()].filter((slot) => isVisible(slot, now)).map((slot) => slot.row);
  }
}

function isVisible(slot: Slot<unknown>, now: number): boolean {
  return slot.visibleAt <= now && (slot.deletedAt === undefined || now < slot.deletedAt);
}
