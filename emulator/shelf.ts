interface Slot<Row> {
  readonly row: Row;
  readonly visibleAt: number;
  goneAt: number | undefined;
}

/** Rows of one kind by id. Writes see the truth at once; reads see it after the lag of the write that made it. */
export class Shelf<Row extends { readonly id: number | string }> {
  readonly #slots = new Map<string, Slot<Row>>();

  /** Adds a row that reads see from `visibleAt` (milliseconds since the epoch) on. */
  add(row: Row, visibleAt = 0): void {
    this.#slots.set(String(row.id), { row, visibleAt, goneAt: undefined });
  }

  /** Removes a row that reads still see until `goneAt`. */
  remove(id: Row["id"], goneAt: number): void {
    const slot = this.#slots.get(String(id));
    if (slot !== undefined) slot.goneAt = goneAt;
  }

  /** The row, if it exists, whatever reads see. */
  actual(id: number | string): Row | undefined {
    const slot = this.#slots.get(String(id));
    return slot?.goneAt === undefined ? slot?.row : undefined;
  }

  /** The rows that exist, whatever reads see. */
  all(): Row[] {
    return [...this.#slots.values()].filter((slot) => slot.goneAt === undefined).map((slot) => slot.row);
  }

  /** The row as a read at `now` sees it. */
  seen(id: number | string, now: number): Row | undefined {
    const slot = this.#slots.get(String(id));
    return slot !== undefined && isVisible(slot, now) ? slot.row : undefined;
  }

  /** The rows that a read at `now` sees, oldest first. */
  list(now: number): Row[] {
    return [...this.#slots.values()].filter((slot) => isVisible(slot, now)).map((slot) => slot.row);
  }
}

function isVisible(slot: Slot<unknown>, now: number): boolean {
  return slot.visibleAt <= now && (slot.goneAt === undefined || now < slot.goneAt);
}
