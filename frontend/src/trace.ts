/** The page of `wslab trace --web`. */

import { type Changes, Listener, type State } from "./trace/changes.ts";
import { DetailPanel } from "./trace/detail.ts";
import { byId, say } from "./trace/element.ts";
import { Filters, reset } from "./trace/filters.ts";
import { List } from "./trace/list.ts";
import { format, isKey, parse, type Query } from "./trace/query.ts";
import type { Summary } from "./trace/summary.ts";
import { takeToken } from "./trace/token.ts";

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -Infinity,
  End: Infinity,
};

const STATES: Readonly<Record<State, string>> = {
  connecting: "waiting for wslab trace",
  live: "live",
  ended: "ended",
  refused: "no access",
};
const NONE_YET = "No connection yet. They appear here as they come.";
const NO_TOKEN = "Open the whole address that wslab trace printed: its end is a token, which this page lacks.";

class TracePage {
  readonly #form = byId<HTMLFormElement>("filters");
  readonly #table = document.querySelector("#list table") as HTMLTableElement;
  readonly #list = new List(this.#table);
  readonly #filters = new Filters(this.#form);
  readonly #detail = new DetailPanel(
    (what, text) => void this.#copy(what, text),
    () => this.#close(),
    (summary) => this.#say(endOf(summary)),
  );
  #query: Query = parse(location.hash);
  #leftOut = 0;
  #state: State = "connecting";
  #seeing: ReturnType<typeof setTimeout> | undefined;
  #saying: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    if (takeToken()) history.replaceState(null, "", format(this.#query) || location.pathname);
    this.#filters.write(this.#query);
    this.#form.addEventListener("input", () => this.#filter(this.#filters.read(this.#query)));
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("reset", (event) => {
      event.preventDefault();
      this.#filter(reset(this.#query));
      this.#filters.write(this.#query);
    });
    this.#table.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    window.addEventListener("hashchange", () => {
      if (takeToken()) {
        location.reload();
        return;
      }
      this.#query = parse(location.hash);
      this.#filters.write(this.#query);
      this.#show();
      this.#open();
    });
    setInterval(() => this.#list.tick(), 1000);
    new Listener(
      (changes) => this.#change(changes),
      (state) => this.#tell(state),
    ).start();
    this.#show();
    this.#open();
  }

  #tell(told: State): void {
    this.#state = told;
    const state = byId("state");
    state.dataset.state = told;
    say(state, STATES[told]);
    if (told === "refused") this.#show();
  }

  #change(changes: Changes): void {
    const { sort, down, open } = this.#query;
    const follows = sort === "number" && !down && !open && this.#list.isAtEnd;
    if (changes.new) this.#list.clear();
    say(byId("application"), changes.app);
    byId("copy-test").hidden = !/^[\w.]+:[^/]/.test(changes.app);
    document.title = `${changes.app} · wslab trace`;
    for (const summary of changes.connections) this.#list.put(summary);
    if (changes.numbers) this.#list.keep(changes.numbers);
    this.#leftOut = changes.leftOut;
    this.#show();
    if (follows) this.#list.toEnd();
    else if (changes.new) this.#list.reveal(open);
    this.#detail.follow(this.#list.get(open));
  }

  #filter(query: Query): void {
    this.#query = query;
    history.replaceState(null, "", format(query) || location.pathname);
    const shown = this.#show();
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => this.#say(shown), 600);
  }

  /** Show what the query wants, and return how many that is in words. */
  #show(): string {
    const counts = this.#list.show(this.#query);
    this.#list.mark(this.#query.open);
    this.#filters.offer(this.#list.summaries, this.#query);
    const shown = `${counts.shown === counts.all ? "" : `${counts.shown} of `}${counts.all} connection${counts.all === 1 ? "" : "s"}`;
    say(byId("count"), `${shown}, ${counts.live} live, ${counts.failed} failed`);
    say(byId("left-out"), this.#leftOut ? `${this.#leftOut} more are not kept` : "");
    const nothing = byId("nothing");
    nothing.hidden = counts.shown > 0;
    say(nothing, counts.all ? "No connection is as the filters say." : this.#state === "refused" ? NO_TOKEN : NONE_YET);
    return shown;
  }

  #open(): void {
    this.#detail.open(this.#query.open);
    this.#detail.follow(this.#list.get(this.#query.open));
  }

  #choose(number: number): void {
    if (number === this.#query.open) return;
    this.#query = { ...this.#query, open: number };
    history.pushState(null, "", format(this.#query) || location.pathname);
    this.#list.mark(this.#query.open);
    this.#open();
  }

  #close(): void {
    const { open } = this.#query;
    this.#choose(0);
    this.#list.focus(open);
  }

  #click(event: MouseEvent): void {
    if (!(event.target instanceof Element) || event.button) return;
    const sort = event.target.closest<HTMLElement>("[data-sort]")?.dataset.sort ?? "";
    if (isKey(sort)) {
      const down = sort === this.#query.sort && !this.#query.down;
      this.#filter({ ...this.#query, sort, down });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const number = Number(event.target.closest("tr")?.dataset.number ?? 0);
    if (!number || getSelection()?.type === "Range") return;
    event.preventDefault();
    this.#list.focus(number);
    this.#choose(number);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    const typing = target instanceof HTMLInputElement && target.type === "search";
    if (event.key === "Escape") this.#escape(typing);
    else if (event.key === "/" && !typing) this.#filters.text.select();
    else if (event.key in STEPS && target instanceof Element) {
      if (!this.#step(target, STEPS[event.key] ?? 0, typing)) return;
    } else return;
    event.preventDefault();
  }

  /** Move to another row, and return whether the key was for that. */
  #step(target: Element, step: number, typing: boolean): boolean {
    const row = target.closest<HTMLElement>("#list tbody tr");
    const from = row ? Number(row.dataset.number) : this.#query.open;
    const free = target === document.body || target.matches("#list .scroll, #chosen");
    if (!row && !free && !(typing && step === 1)) return false;
    const number = this.#list.beside(row || free ? from : 0, step);
    if (!number) return false;
    this.#list.focus(number);
    if (this.#query.open) this.#choose(number);
    return true;
  }

  /** Close what is innermost: the event, the connection, the words to find. */
  #escape(typing: boolean): void {
    if (typing && this.#filters.text.value) {
      this.#filter({ ...this.#query, text: "" });
      this.#filters.write(this.#query);
    } else if (!this.#detail.closeEvent() && this.#query.open) this.#close();
  }

  async #copy(what: string, text: Promise<string>): Promise<void> {
    try {
      await navigator.clipboard.writeText(await text);
      this.#say(`${what} is copied.`, true);
    } catch (error) {
      this.#say(`${what} could not be copied: ${String(error)}`, true);
    }
  }

  /** Tell those who hear the page, and for a while those who see it. */
  #say(text: string, seen = false): void {
    const said = byId("said");
    said.className = seen ? "toast" : "unseen";
    say(said, text);
    clearTimeout(this.#seeing);
    if (seen) this.#seeing = setTimeout(() => (said.className = "unseen"), 2500);
  }
}

function endOf(summary: Summary): string {
  return `Connection ${summary.number} has ended${summary.why ? `: ${summary.why}` : ""}.`;
}

new TracePage().start();
