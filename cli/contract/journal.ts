import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";

type Kind =
  | "certificate"
  | "domain"
  | "droplet"
  | "firewall"
  | "image"
  | "key"
  | "loadBalancer"
  | "project"
  | "reservedIp"
  | "snapshot"
  | "tag"
  | "vpc";

/** What a run is about to make, written down before it asks for it, so that it is found after a kill. */
export interface JournalEntry {
  /** The tag of the run: whatever can be tagged carries it, and names begin with it. */
  readonly run: string;
  readonly kind: Kind;
  /** Of what has neither tag nor name: known once it is made. */
  readonly id?: string;
}

/** A file of what runs have made and not yet removed. */
export class Journal {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  write(entry: JournalEntry): void {
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  /** Every entry, oldest first; a last line that a kill cut short is left out. */
  read(): readonly JournalEntry[] {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, "utf8").split("\n");
    return lines.slice(0, -1).map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Everything is removed. */
  forget(): void {
    rmSync(this.#file, { force: true });
  }
}
