/** What stands below a cell's code: Run and the rest, and how far the cell has come. */

import type { State } from "./queue.ts";

/** What the reader can ask of a cell. */
export interface Acts {
  run(): void;
  stop(): void;
  edit(): void;
  share(): void;
  restore(): void;
  /** Show the published output, or the reader's own. */
  turn(): void;
}

/** What a control says of its cell. */
export interface Told {
  readonly state: State;
  readonly edited: boolean;
  /** Whether the reader's own output is what is shown. */
  readonly own: boolean;
  /** Whether there is a published one and the reader's own. */
  readonly both: boolean;
  /** That of the run that has ended. */
  readonly number: number;
  /** What else is to be said. */
  readonly note: string;
}

const STATES: Readonly<Record<State, string>> = {
  fresh: "",
  queued: "waits its turn",
  running: "runs",
  ok: "has run",
  error: "ended with an exception",
  cancelled: "stopped",
};

/** The row of buttons of one cell. */
export class Control {
  readonly element = document.createElement("div");
  readonly #run: HTMLButtonElement;
  readonly #share: HTMLButtonElement;
  readonly #restore: HTMLButtonElement;
  readonly #turn: HTMLButtonElement;
  readonly #told = document.createElement("span");
  readonly #label: string;
  #state: State = "fresh";

  constructor(label: string, acts: Acts) {
    this.#label = label;
    this.element.className = "live-control";
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", `Run ${label}`);
    this.#run = button("Run", `Run ${label}`, () => (busy(this.#state) ? acts.stop() : acts.run()));
    this.#run.classList.add("live-run");
    this.#share = button("Link", `Link to ${label} as you have it`, acts.share);
    this.#restore = button("Original", `Original of ${label}`, acts.restore);
    this.#turn = button("", "", acts.turn);
    this.#told.className = "live-told";
    const edit = button("Edit", `Edit ${label}`, acts.edit);
    this.element.append(this.#run, edit, this.#share, this.#restore, this.#turn, this.#told);
    this.show({ state: "fresh", edited: false, own: false, both: false, number: 0, note: "" });
  }

  focus(): void {
    this.#run.focus();
  }

  show({ state, edited, own, both, number, note }: Told): void {
    this.#state = state;
    this.element.dataset.state = state;
    name(this.#run, busy(state) ? "Stop" : "Run", this.#label);
    this.#share.hidden = this.#restore.hidden = !edited;
    this.#turn.hidden = !both;
    name(this.#turn, own ? "Published output" : "Your output", `of ${this.#label}`);
    const label = state === "ok" || state === "error" ? `In [${number}]` : "";
    const parts = [edited ? "edited" : "", label, STATES[state], own ? "your output" : "", note];
    this.#told.textContent = parts.filter(Boolean).join(" · ");
  }
}

/** Return what stands in a control's place where a cell can't run. */
export function reasonElement(reason: string): HTMLElement {
  const element = document.createElement("p");
  element.className = "live-reason";
  element.textContent = `Does not run in this page: ${reason}`;
  return element;
}

/** Return a link that opens a cell's application in the playground. */
export function openLink(fragment: string): HTMLAnchorElement {
  const href = new URL(`../../playground/${fragment}`, import.meta.url).href;
  return Object.assign(document.createElement("a"), { href, textContent: "Open in the playground" });
}

/** Return what stands in that link's place where an application does not open. */
export function shutElement(reason: string): HTMLElement {
  const textContent = `Does not open in the playground: ${reason}`;
  return Object.assign(document.createElement("span"), { textContent, className: "live-told" });
}

/** Return a button; its name begins with what it shows. */
export function button(text: string, label: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.setAttribute("aria-label", label);
  element.addEventListener("click", act);
  return element;
}

function name(element: HTMLButtonElement, text: string, rest: string): void {
  element.textContent = text;
  element.setAttribute("aria-label", `${text} ${rest}`);
}

function busy(state: State): boolean {
  return state === "running" || state === "queued";
}
