/** A side of the playground: a source, in the editor once that is loaded. */

import type { Editor } from "../editor.ts";

/** What the reader can do in it. */
export interface Acts {
  run(): void;
  leave(): void;
  change(): void;
}

/** One source that the reader edits. */
export class Pane {
  readonly element = document.createElement("div");
  readonly #label: string;
  readonly #acts: Acts;
  readonly #plain = document.createElement("textarea");
  #Editor: typeof Editor | undefined;
  #editor: Editor | undefined;
  #python = true;

  constructor(label: string, acts: Acts) {
    this.#label = label;
    this.#acts = acts;
    this.element.className = "playground-pane";
    this.#plain.spellcheck = false;
    this.#plain.setAttribute("aria-label", label);
    this.#plain.setAttribute("autocapitalize", "off");
    this.#plain.addEventListener("input", () => acts.change());
    this.element.append(this.#plain);
    void this.#load();
  }

  /** What stands there. */
  get source(): string {
    return this.#plain.value;
  }

  /** Show a source, which is in Python or not. */
  show(source: string, python = true): void {
    this.#plain.value = source;
    this.#python = python;
    this.#edit();
  }

  /** Read what stands there as another language. */
  speak(python: boolean): void {
    if (python !== this.#python) this.show(this.source, python);
  }

  async #load(): Promise<void> {
    try {
      const loaded = (await import(new URL("./editor.js", import.meta.url).href)) as typeof import("../editor.ts");
      this.#Editor = loaded.Editor;
      this.#edit();
    } catch {
      // The plain field does all but colours.
    }
  }

  #edit(): void {
    if (!this.#Editor) return;
    this.#editor?.close();
    this.#plain.hidden = true;
    const change = (source: string): void => {
      this.#plain.value = source;
      this.#acts.change();
    };
    const hooks = { ...this.#acts, label: this.#label, change };
    this.#editor = new this.#Editor(this.element, this.source, hooks, this.#python);
  }
}
