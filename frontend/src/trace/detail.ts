/** The chosen connection: its ladder, its events, and why it ended. */

import { ContentPanel } from "./content.ts";
import { button, byId, element, say } from "./element.ts";
import { drawing } from "./drawing.ts";
import { bytes, codeOf, flow, lasted, seconds, stateOf, type Summary } from "./summary.ts";
import { withToken } from "./token.ts";

interface LadderRow {
  readonly top: number;
  readonly at: number | null;
  readonly events: readonly number[];
  readonly evidence: boolean;
}

interface TraceEvent {
  readonly id: number;
  readonly at: number | null;
  readonly evidence: boolean;
  readonly lane: "wire" | "application";
  readonly sender: "client" | "server" | "application";
  readonly kind: string;
  readonly label: string;
  readonly size: number | null;
}

interface Detail {
  readonly summary: Summary;
  readonly why: { readonly text: string; readonly failed: boolean; readonly more: readonly string[] };
  readonly ladder: string;
  readonly rows: readonly LadderRow[];
  readonly events: readonly TraceEvent[];
  readonly gap: number;
  readonly leftOut: number;
}

const PAUSE = 250;

/** Shows one connection, and follows it while it goes on. */
export class DetailPanel {
  readonly #panel = byId("detail");
  readonly #content: ContentPanel;
  readonly #copied: (what: string, text: Promise<string>) => void;
  readonly #ended: (summary: Summary) => void;
  #number = 0;
  #detail: Detail | null = null;
  #event = -1;
  #wanted = 0;
  #loading = false;

  constructor(
    copied: (what: string, text: Promise<string>) => void,
    closed: () => void,
    ended: (summary: Summary) => void,
  ) {
    this.#copied = copied;
    this.#ended = ended;
    this.#content = new ContentPanel(copied, () => this.closeEvent());
    byId("close").addEventListener("click", closed);
    for (const copy of this.#panel.querySelectorAll<HTMLElement>("[data-copy]")) {
      copy.addEventListener("click", () => this.#copy(copy.dataset.copy ?? ""));
    }
    for (const tab of this.#tabs) tab.addEventListener("click", () => this.#show(tab.dataset.show ?? ""));
  }

  get number(): number {
    return this.#number;
  }

  get #tabs(): HTMLElement[] {
    return [...this.#panel.querySelectorAll<HTMLElement>("[data-show]")];
  }

  /** Open a connection, which the list may not have any more; 0 opens none. */
  open(number: number): void {
    if (number === this.#number) return;
    this.#number = number;
    this.#detail = null;
    this.#wanted = 0;
    this.closeEvent();
    this.#panel.hidden = number === 0;
    this.#panel.parentElement?.classList.toggle("open", number > 0);
    if (number) void this.#load();
  }

  /** Follow the open connection to a version. */
  follow(summary: Summary | undefined): void {
    if (!summary || summary.number !== this.#number) return;
    this.#wanted = summary.version;
    if ((this.#detail?.summary.version ?? 0) < summary.version) void this.#load();
  }

  /** Close the event that is open, and return whether there was one. */
  closeEvent(): boolean {
    const wasOpen = this.#content.isOpen;
    const event = this.#event;
    this.#content.close();
    this.#event = -1;
    this.#press();
    if (wasOpen) this.#panel.querySelector<HTMLElement>(`[data-event="${event}"]`)?.focus();
    return wasOpen;
  }

  /** Load what is known by now, again and again until it is what is wanted. */
  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      while (this.#number && (this.#detail?.summary.number !== this.#number || this.#detail.summary.version < this.#wanted)) {
        const begin = performance.now();
        const wanted = this.#wanted;
        // What an address names may come to the list only now.
        if (!(await this.#loadOnce(this.#number)) && this.#wanted === wanted) return;
        // A connection under load takes long to draw: it has a quarter of the time.
        await pause(Math.max(PAUSE, 3 * (performance.now() - begin)));
      }
    } finally {
      this.#loading = false;
    }
  }

  async #loadOnce(number: number): Promise<boolean> {
    const answer = await fetch(withToken(`connections/${number}`)).catch(() => null);
    if (number !== this.#number) return true;
    if (!answer?.ok) {
      if (!this.#detail) this.#fail(number, answer ? await answer.text() : "The trace has ended.");
      return false;
    }
    const before = this.#detail;
    this.#detail = (await answer.json()) as Detail;
    if (number !== this.#number) return true;
    this.#fill(this.#detail);
    if (before?.summary.number !== number) this.#panel.scrollIntoView({ block: "start" });
    if (before?.summary.live && !this.#detail.summary.live) this.#ended(this.#detail.summary);
    return true;
  }

  #fail(number: number, text: string): void {
    say(byId("chosen"), `${number}`);
    say(byId("why"), text);
    byId("why").className = "";
    byId("drawing").replaceChildren();
    byId("rows").replaceChildren();
    byId<HTMLTableElement>("events").tBodies[0]?.replaceChildren();
  }

  #fill(detail: Detail): void {
    const { summary } = detail;
    say(byId("chosen"), `${summary.number}  ${summary.path || "(no request yet)"}`);
    byId("chosen").title = summary.path;
    const why = byId("why");
    why.className = detail.why.failed ? "failed" : "";
    const more = [...detail.why.more, factsOf(summary)].map((line) => element("small", "", line));
    why.replaceChildren(detail.why.text, ...more);
    byId("drawing").replaceChildren(drawing(detail.ladder));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.place : undefined;
    byId("rows").replaceChildren(...detail.rows.map((row, i) => this.#row(detail, row, i)));
    const body = byId<HTMLTableElement>("events").tBodies[0] as HTMLElement;
    body.replaceChildren(...detail.events.flatMap((event, i) => this.#eventRow(detail, event, i)));
    this.#press();
    if (focused) this.#panel.querySelector<HTMLElement>(`[data-place="${focused}"]`)?.focus({ preventScroll: true });
  }

  /** Return the times beside a row of the ladder; pressed, it opens what the row shows. */
  #row(detail: Detail, row: LadderRow, i: number): HTMLElement {
    const event = row.events.find((id) => eventOf(detail, id)?.lane === "wire") ?? row.events[0] ?? 0;
    const said = row.events.map((id) => describe(eventOf(detail, id))).join("; ");
    const time = after(row.at, detail.rows[i - 1]?.at ?? null);
    const made = button(time, () => this.#toggle(event));
    made.style.top = `${row.top}px`;
    made.dataset.event = `${event}`;
    made.dataset.place = `row-${i}`;
    made.classList.toggle("evidence", row.evidence);
    made.title = row.at === null ? said : `${said}\n${seconds(row.at)} after the connection began`;
    made.setAttribute("aria-label", `${time}, ${said}${row.evidence ? ", shows why it ended" : ""}`);
    return made;
  }

  #eventRow(detail: Detail, event: TraceEvent, i: number): HTMLElement[] {
    const open = button(`${event.kind} ${event.label}`.trim(), () => this.#toggle(event.id));
    open.dataset.event = `${event.id}`;
    open.dataset.place = `event-${i}`;
    const row = element(
      "tr",
      event.evidence ? "evidence" : "",
      element("td", "at", event.at === null ? "" : seconds(event.at)),
      element("td", "after", after(event.at, detail.events[i - 1]?.at ?? null)),
      element("td", `${event.sender}-said`, senderOf(event)),
      element("td", "what", open),
      element("td", "size", event.size === null ? "" : bytes(event.size)),
    );
    if (i !== detail.gap || !detail.leftOut) return [row];
    const left = element("td", "", `… ${detail.leftOut} events left out`);
    left.colSpan = 5;
    return [element("tr", "", left), row];
  }

  #toggle(event: number): void {
    if (this.#event === event) {
      this.closeEvent();
      return;
    }
    this.#event = event;
    this.#press();
    const known = this.#detail && eventOf(this.#detail, event);
    void this.#content.open(`connections/${this.#number}/events/${event}`, describe(known ?? undefined));
  }

  #press(): void {
    for (const row of this.#panel.querySelectorAll<HTMLElement>("[data-event]")) {
      const pressed = row.dataset.event === `${this.#event}`;
      row.setAttribute("aria-pressed", `${pressed}`);
      row.closest("tr")?.classList.toggle("pressed", pressed);
    }
  }

  #show(what: string): void {
    for (const tab of this.#tabs) tab.setAttribute("aria-pressed", `${tab.dataset.show === what}`);
    byId("ladder").hidden = what !== "ladder";
    byId("events").hidden = what !== "events";
  }

  #copy(what: string): void {
    const text = fetch(withToken(`connections/${this.#number}/${what}`)).then((answer) => {
      if (!answer.ok) throw new Error(answer.statusText);
      return answer.text();
    });
    this.#copied(what === "test.py" ? "The test" : "The ladder", text);
  }
}

function eventOf(detail: Detail, id: number): TraceEvent | undefined {
  return detail.events[id < detail.gap ? id : id - detail.leftOut];
}

function describe(event: TraceEvent | undefined): string {
  return event ? `${senderOf(event)}: ${event.kind} ${event.label}`.trim() : "";
}

function senderOf({ lane, sender }: TraceEvent): string {
  if (lane === "wire") return sender;
  return sender === "server" ? "app gets" : "app";
}

function after(at: number | null, before: number | null): string {
  if (at === null) return "";
  return before === null ? seconds(at) : `+${seconds(Math.max(0, at - before))}`;
}

function factsOf(summary: Summary): string {
  const time = lasted(summary, Date.now() / 1000);
  return [
    stateOf(summary),
    codeOf(summary) && `${summary.code === null ? "status" : "code"} ${codeOf(summary)}`,
    summary.closedBy && `closed by the ${summary.closedBy}`,
    summary.live || time === null ? "" : seconds(time),
    flow(summary.fromClient, summary.whole) && `from client ${flow(summary.fromClient, summary.whole)}`,
    flow(summary.fromServer, summary.whole) && `from server ${flow(summary.fromServer, summary.whole)}`,
    summary.client,
  ]
    .filter(Boolean)
    .join(", ");
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
