/** A chapter's code cells, what has run of them, and what is to run next. */

import type { Status } from "./messages.ts";

export type State = "fresh" | "queued" | "running" | Status;

const NEXT: Readonly<Record<State, readonly State[]>> = {
  fresh: ["queued"],
  queued: ["running", "fresh"],
  running: ["ok", "error", "cancelled", "fresh"],
  ok: ["queued", "fresh"],
  error: ["queued", "fresh"],
  cancelled: ["queued", "fresh"],
};

/** One code cell: its source as published and as it is now, and how far it has come. */
export class Cell {
  readonly id: string;
  readonly original: string;
  /** Whether an exception is what the chapter wants to show. */
  readonly raises: boolean;
  /** Why it can't run in a page, "" if it can. */
  readonly reason: string;
  source: string;
  #state: State = "fresh";
  #ran: string | undefined;

  constructor(id: string, original: string, { raises = false, reason = "" } = {}) {
    this.id = id;
    this.original = original;
    this.source = original;
    this.raises = raises;
    this.reason = reason;
  }

  get state(): State {
    return this.#state;
  }

  get edited(): boolean {
    return this.source !== this.original;
  }

  /** Whether it has run to its end as it stands: what needs it finds what it made. */
  get hasRun(): boolean {
    const ended = this.#state === "ok" || (this.#state === "error" && this.raises);
    return ended && this.#ran === this.source;
  }

  /** Whether its source is another than the one that runs. */
  get changedSince(): boolean {
    return this.#state === "running" && this.#ran !== this.source;
  }

  /** Go on to another state. */
  enter(state: State): void {
    if (!NEXT[this.#state].includes(state)) {
      throw new Error(`the cell ${this.id} is ${this.#state}: it can't be ${state} next`);
    }
    this.#state = state;
    if (state === "running") this.#ran = this.source;
  }

  /** Forget what has run: nothing of it is left. */
  forget(): void {
    if (this.#state !== "fresh") this.enter("fresh");
    this.#ran = undefined;
  }
}

function isBusy({ state }: Cell): boolean {
  return state === "queued" || state === "running";
}

/** What is to run, in the chapter's order, each with a cell that it needs and that can't run here. */
export type Plan = ReadonlyMap<Cell, Cell | undefined>;

/** The cells of a chapter in their order, of which one runs at a time. */
export class Queue {
  readonly cells: readonly Cell[];
  #waiting: Cell[] = [];
  #running: Cell | undefined;

  constructor(cells: readonly Cell[]) {
    this.cells = cells;
  }

  get running(): Cell | undefined {
    return this.#running;
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#waiting.length === 0;
  }

  /** What all means now: what can run here; while something runs, what has not run and does not wait. */
  get all(): readonly Cell[] {
    const able = this.cells.filter((it) => !it.reason);
    return this.isIdle ? able : able.filter((it) => !it.hasRun && !isBusy(it));
  }

  /**
   * Return what has to run for some cells: they, and what they need and has not run.
   *
   * @param needs for each cell, the earlier ones that it uses something of.
   */
  plan(wanted: readonly Cell[], needs: readonly (readonly number[])[]): Plan {
    const chosen = new Set(wanted.flatMap((it) => [...this.#missing(it, needs), it]));
    const able = this.cells.filter((it) => chosen.has(it) && !it.reason);
    return new Map(able.map((it) => [it, [...this.#missing(it, needs)].find(({ reason }) => reason)]));
  }

  /**
   * Have cells wait for their turn; those that wait or run already stay where they are.
   *
   * One that runs and was changed since waits to run once more.
   */
  add(cells: Iterable<Cell>): void {
    for (const cell of cells) {
      if (this.waits(cell) || (isBusy(cell) && !cell.changedSince)) continue;
      if (!isBusy(cell)) cell.enter("queued");
      this.#waiting.push(cell);
    }
  }

  /** Return whether a cell waits for its turn, be it that it runs now. */
  waits(cell: Cell): boolean {
    return this.#waiting.includes(cell);
  }

  /** Return the next cell, which runs from now on, if none does and one waits. */
  next(): Cell | undefined {
    if (this.#running) return undefined;
    const cell = this.#waiting.shift();
    cell?.enter("running");
    this.#running = cell;
    return cell;
  }

  /** Note how the running cell ended. Unless that was well, those that wait do not run. */
  end(status: Status): Cell | undefined {
    const cell = this.#running;
    if (!cell) return undefined;
    cell.enter(status);
    this.#running = undefined;
    if (status === "cancelled" || (status === "error" && !cell.raises)) this.clear();
    if (this.waits(cell)) cell.enter("queued");
    return cell;
  }

  /** Have no cell wait any longer. */
  clear(): void {
    for (const cell of this.#waiting.splice(0)) if (cell.state === "queued") cell.enter("fresh");
  }

  /** Forget all that has run and all that waits: the interpreter is gone. */
  forget(): void {
    this.#waiting = [];
    this.#running = undefined;
    for (const cell of this.cells) cell.forget();
  }

  #missing(cell: Cell, needs: readonly (readonly number[])[]): Set<Cell> {
    const found = new Set<Cell>();
    const look = (of: number): void => {
      for (const index of needs[of] ?? []) {
        const earlier = this.cells[index];
        if (index >= of || !earlier || found.has(earlier) || earlier.hasRun) continue;
        found.add(earlier);
        look(index);
      }
    };
    look(this.cells.indexOf(cell));
    return found;
  }
}
