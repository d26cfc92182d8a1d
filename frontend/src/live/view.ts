/** One code cell on the page: its code, its control, its outputs. */

import type { Opened } from "./clients.ts";
import { Code } from "./code.ts";
import { type Acts, Control, openLink, reasonElement, shutElement } from "./control.ts";
import type { Hooks } from "./editor.ts";
import { Outputs } from "./outputs.ts";
import type { State } from "./queue.ts";

/** What the page can ask of the chapter, of one cell. */
export interface Wishes {
  run(view: View): void;
  stop(): void;
  edit(view: View): void;
  share(view: View): void;
  restore(view: View): void;
}

/** A container on the page with a cell's code and what was published below it. */
export class View {
  readonly id: string;
  readonly label: string;
  readonly reason: string;
  /** What the reader's browser opens once the cell has run. */
  readonly opened: Opened | undefined;
  /** Why it does not do what Chromium did, "" if it does or nothing was. */
  readonly stored: string;
  readonly container: HTMLElement;
  readonly code: Code;
  readonly control: Control;
  readonly outputs: Outputs;
  /** That of the latest run that has ended, as tracebacks have it. */
  number = 0;
  #state: State = "fresh";
  #edited = false;
  #hasOwn = false;
  #note = "";

  constructor(container: HTMLElement, block: HTMLElement, label: string, wishes: Wishes) {
    this.id = container.dataset.cell ?? "";
    this.reason = container.dataset.liveReason ?? "";
    const { liveClients } = container.dataset;
    this.opened = liveClients ? (JSON.parse(liveClients) as Opened) : undefined;
    this.stored = container.dataset.liveStored ?? "";
    this.container = container;
    this.label = label;
    this.code = new Code(block);
    const acts: Acts = {
      run: () => wishes.run(this),
      stop: () => wishes.stop(),
      edit: () => wishes.edit(this),
      share: () => wishes.share(this),
      restore: () => wishes.restore(this),
      turn: () => this.#turn(),
    };
    this.control = new Control(label, acts);
    const below = this.reason ? reasonElement(this.reason) : this.control.element;
    this.code.end.after(below);
    const { liveOpens, liveShut } = container.dataset;
    if (liveOpens) below.append(" ", openLink(liveOpens));
    if (liveShut) below.append(" ", shutElement(liveShut));
    const published = [...container.querySelectorAll<HTMLElement>(".output")];
    this.outputs = new Outputs(below, published, label);
  }

  get state(): State {
    return this.#state;
  }

  /** Say how far the cell has come, and what else there is to say. */
  enter(state: State, note = ""): void {
    this.#state = state;
    this.#note = note;
    this.#show();
  }

  /** Make room for a run's outputs. */
  begin(): void {
    this.#hasOwn = true;
    this.outputs.begin();
    this.enter("running");
  }

  /** Show the source as the reader or a link has it; undefined is the original. */
  source(text: string | undefined, note = ""): void {
    if (text === undefined) this.code.restore();
    else this.code.show(text);
    this.mark(text !== undefined, note);
  }

  /** Say whether the source is the reader's own. */
  mark(edited: boolean, note = ""): void {
    this.#edited = edited;
    this.#note = note;
    this.container.classList.toggle("live-edited", edited);
    this.#show();
  }

  /** Open the editor. */
  edit(source: string, hooks: Omit<Hooks, "label" | "leave">): Promise<void> {
    return this.code.edit(source, { ...hooks, label: `Code of ${this.label}`, leave: () => this.control.focus() });
  }

  /** Bring back what was published. */
  reset(): void {
    this.#hasOwn = false;
    this.outputs.clear();
    this.#state = "fresh";
    this.source(undefined);
  }

  #turn(): void {
    this.outputs.show(!this.outputs.ownShown);
    this.#show();
  }

  #show(): void {
    const both = this.#hasOwn && this.outputs.hasPublished;
    const own = this.outputs.ownShown && (both || this.outputs.hasOwn);
    this.control.show({ state: this.#state, edited: this.#edited, own, both, number: this.number, note: this.#note });
  }
}
