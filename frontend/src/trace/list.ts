/** The table of connections. */

import { element, say } from "./element.ts";
import { comparing, findable, type Query, shows } from "./query.ts";
import { codeOf, flow, lasted, seconds, stateOf, type Summary } from "./summary.ts";

interface Row {
  summary: Summary;
  text: string;
  readonly element: HTMLTableRowElement;
  readonly link: HTMLAnchorElement;
  readonly dot: HTMLElement;
  readonly cells: Readonly<Record<Column, HTMLElement>>;
}

const COLUMNS = ["path", "code", "why", "reason", "by", "duration", "client", "server", "address"] as const;

type Column = (typeof COLUMNS)[number];

export interface Counts {
  readonly shown: number;
  readonly all: number;
  readonly live: number;
  readonly failed: number;
}

const BLOCK = 50;

/** Shows the summaries that a query wants as rows. */
export class List {
  readonly #table: HTMLTableElement;
  readonly #scroll: HTMLElement;
  readonly #rows = new Map<number, Row>();
  readonly #blocks: HTMLTableSectionElement[] = [];
  #shown: readonly Row[] = [];
  #marked: HTMLElement | undefined;
  readonly #heads: readonly HTMLTableCellElement[];

  constructor(table: HTMLTableElement) {
    this.#table = table;
    this.#scroll = table.parentElement as HTMLElement;
    this.#heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  }

  /** Whether the last row is in sight. */
  get isAtEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroll;
    return scrollTop + clientHeight >= scrollHeight - 4;
  }

  toEnd(): void {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  get summaries(): Summary[] {
    return [...this.#rows.values()].map(({ summary }) => summary);
  }

  get(number: number): Summary | undefined {
    return this.#rows.get(number)?.summary;
  }

  clear(): void {
    this.#rows.clear();
  }

  put(summary: Summary): void {
    const row = this.#rows.get(summary.number) ?? this.#add(summary);
    row.summary = summary;
    row.text = findable(summary);
    fill(row);
  }

  /** Keep only the connections of some numbers. */
  keep(numbers: readonly number[]): void {
    const kept = new Set(numbers);
    for (const number of this.#rows.keys()) {
      if (!kept.has(number)) this.#rows.delete(number);
    }
  }

  /** Show what a query wants, in its order, and return how many these are. */
  show(query: Query): Counts {
    const compare = comparing(query, Date.now() / 1000);
    const rows = [...this.#rows.values()];
    this.#shown = rows
      .filter(({ summary, text }) => shows(query, summary, text))
      .sort((a, b) => compare(a.summary, b.summary));
    this.#place();
    for (const head of this.#heads) {
      const sorted = head.querySelector("button")?.dataset.sort === query.sort;
      if (sorted) head.setAttribute("aria-sort", query.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    const all = rows.filter(({ summary }) => summary.websocket || query.http);
    return {
      shown: this.#shown.length,
      all: all.length,
      live: all.filter(({ summary }) => summary.live).length,
      failed: all.filter(({ summary }) => summary.failed).length,
    };
  }

  /** Put the rows into blocks: a block out of sight is neither styled nor laid out. */
  #place(): void {
    const focused = document.activeElement;
    const wanted = Math.ceil(this.#shown.length / BLOCK);
    while (this.#blocks.length > wanted) this.#blocks.pop()?.remove();
    while (this.#blocks.length < wanted) {
      const block = element("tbody");
      block.role = "rowgroup";
      this.#blocks.push(block);
      this.#table.append(block);
    }
    for (const [i, block] of this.#blocks.entries()) {
      const rows = this.#shown.slice(i * BLOCK, (i + 1) * BLOCK).map((row) => row.element);
      if (rows.length === block.childElementCount && rows.every((row, at) => row === block.children[at])) continue;
      block.replaceChildren(...rows);
      block.style.setProperty("--rows", `${rows.length}`);
    }
    const isLost = focused instanceof HTMLElement && focused !== document.activeElement;
    if (isLost && this.#table.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** Mark the connection that is open. */
  mark(number: number): void {
    const row = this.#rows.get(number)?.element;
    if (this.#marked !== row) this.#marked?.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "true");
    this.#marked = row;
  }

  /** Let the time of what lives go on. */
  tick(): void {
    for (const { summary, cells } of this.#shown) {
      if (summary.live) say(cells.duration, durationOf(summary));
    }
  }

  /** Return the number of the row that is `step` rows below another, at most at an end. */
  beside(number: number, step: number): number {
    const at = this.#shown.findIndex(({ summary }) => summary.number === number);
    const to = Math.max(0, Math.min(this.#shown.length - 1, at + step));
    return this.#shown[at < 0 ? 0 : to]?.summary.number ?? 0;
  }

  /** Scroll the list, and nothing around it, to a row. */
  reveal(number: number): void {
    const row = this.#rows.get(number)?.element;
    if (!row?.isConnected) return;
    const above = row.getBoundingClientRect().top - this.#scroll.getBoundingClientRect().top;
    this.#scroll.scrollTop += above - this.#scroll.clientHeight / 2;
  }

  /** Move the keyboard to a row, and have it seen. */
  focus(number: number): void {
    const row = this.#rows.get(number);
    row?.element.scrollIntoView({ block: "nearest" });
    row?.link.focus({ preventScroll: true });
  }

  #add(summary: Summary): Row {
    const dot = element("span", "dot");
    const link = element("a");
    const head = element("th", "number", dot, link);
    head.role = "rowheader";
    const cell = (kind: string) => {
      const made = element("td", kind);
      made.role = "cell";
      return made;
    };
    const cells: Record<Column, HTMLElement> = {
      path: cell("path"),
      code: cell("code"),
      why: cell("why"),
      reason: cell("reason"),
      by: cell("by"),
      duration: cell("duration"),
      client: cell("flow"),
      server: cell("flow"),
      address: cell("client"),
    };
    const row = element("tr", "", head, ...Object.values(cells));
    row.role = "row";
    row.dataset.number = `${summary.number}`;
    link.href = `#open=${summary.number}`;
    const made = { summary, text: "", element: row, link, dot, cells };
    this.#rows.set(summary.number, made);
    return made;
  }
}

function fill({ summary, element: row, link, dot, cells }: Row): void {
  const state = stateOf(summary);
  row.className = [summary.live ? "live" : "ended", summary.running && "running", summary.failed && "failed"]
    .filter(Boolean)
    .join(" ");
  dot.title = summary.failed ? `${state}, failed` : state;
  say(link, `${summary.number}`);
  link.setAttribute("aria-label", `${summary.number}, ${dot.title}`);
  const texts: Record<Column, string> = {
    path: summary.path,
    code: codeOf(summary) || (summary.live ? "live" : ""),
    why: summary.why ?? (summary.running ? "ended; the handler still runs" : ""),
    reason: summary.reason ?? "",
    by: summary.closedBy ?? "",
    duration: durationOf(summary),
    client: flow(summary.fromClient, summary.whole),
    server: flow(summary.fromServer, summary.whole),
    address: summary.client ?? "",
  };
  for (const name of COLUMNS) {
    say(cells[name], texts[name]);
    if (name === "path" || name === "why" || name === "reason") cells[name].title = texts[name];
  }
}

function durationOf(summary: Summary): string {
  const value = lasted(summary, Date.now() / 1000);
  if (value === null) return "";
  return summary.live && value < 10 ? `${Math.floor(value)} s` : seconds(value);
}

