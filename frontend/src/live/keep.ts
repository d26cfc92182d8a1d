/** The reader's edits of a chapter, kept in the browser until they are taken back. */

/** What of the browser's storage is needed here. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/**
 * The sources of one page that are not the original, by cell: the reader's edits, and what a
 * link brought, which is not kept. A browser that keeps nothing is no fault.
 */
export class Kept {
  readonly #shelf: Shelf | undefined;
  readonly #key: string;
  readonly #sources: Map<string, string>;
  readonly #borrowed = new Map<string, string>();

  constructor(page: string, shelf: Shelf | undefined) {
    this.#key = `wslab:edited:${page}`;
    this.#shelf = shelf;
    this.#sources = new Map(Object.entries(this.#read()));
  }

  /** The cells of which something is kept, the one that was edited last at the end. */
  get cells(): readonly string[] {
    return [...this.#sources.keys()];
  }

  /** Return a cell's source, undefined if it is the original. */
  source(cell: string): string | undefined {
    return this.#borrowed.get(cell) ?? this.#sources.get(cell);
  }

  /** Have a link's source stand for a cell's as long as the page is open. */
  borrow(cell: string, source: string): void {
    this.#borrowed.set(cell, source);
  }

  /** Keep a cell's source; undefined is the original, of which nothing is kept. */
  keep(cell: string, source: string | undefined): void {
    this.#borrowed.delete(cell);
    const kept = new Map(Object.entries(this.#read())); // another tab may have kept other cells meanwhile
    for (const sources of [this.#sources, kept]) {
      sources.delete(cell);
      if (source !== undefined) sources.set(cell, source);
    }
    this.#write(Object.fromEntries(kept));
  }

  /** Keep nothing of this page. */
  clear(): void {
    this.#sources.clear();
    this.#borrowed.clear();
    this.#write({});
  }

  #read(): Record<string, string> {
    try {
      const found: unknown = JSON.parse(this.#shelf?.getItem(this.#key) ?? "{}");
      const entries = Object.entries(Object(found) as Record<string, unknown>);
      return Object.fromEntries(entries.filter((it): it is [string, string] => typeof it[1] === "string"));
    } catch {
      return {}; // a storage that is closed, or what another script left in it
    }
  }

  #write(sources: Record<string, string>): void {
    try {
      if (Object.keys(sources).length) this.#shelf?.setItem(this.#key, JSON.stringify(sources));
      else this.#shelf?.removeItem(this.#key);
    } catch {
      // Full, or closed to this site: the edits last as long as the page.
    }
  }
}

/** Return the browser's storage, undefined where a page may not touch it. */
export function storage(): Shelf | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
