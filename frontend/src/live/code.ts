/** A cell's code on the page: as published, as the reader left it, or in the editor. */

import type { Editor, Hooks } from "./editor.ts";

/** One code block, which another source can take the place of. */
export class Code {
  readonly #published: HTMLElement;
  readonly #own = document.createElement("div");
  #editor: Editor | undefined;

  constructor(published: HTMLElement) {
    this.#published = published;
    this.#own.className = "live-code";
    this.#own.hidden = true;
    this.#own.tabIndex = -1;
    published.before(this.#own); // the theme looks for a list of notes right after it
  }

  /** What stands last of it: the block, the list of its notes, or the fold around both. */
  get end(): Element {
    const fold = this.#published.closest("[data-cell] > details");
    const next = this.#published.nextElementSibling;
    return fold ?? (next?.tagName === "OL" ? next : this.#published);
  }

  /** Show the code as it was published. */
  restore(): void {
    this.#clear();
    this.#own.hidden = true;
    this.#published.hidden = false;
  }

  /** Show another source, as plain text. */
  show(source: string): void {
    this.#clear();
    const code = document.createElement("code");
    code.textContent = source;
    const block = document.createElement("pre");
    block.append(code);
    this.#own.append(block);
    this.#open();
  }

  /** Bring it before the reader's eyes; no key pressed there runs anything. */
  present(): void {
    for (let fold = this.#own.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
      fold.open = true;
    }
    this.#own.scrollIntoView({ block: "center" });
    this.#own.focus({ preventScroll: true });
  }

  /**
   * Let the reader edit.
   *
   * @throws Error if the editor can't be loaded.
   */
  async edit(source: string, hooks: Hooks): Promise<void> {
    if (!this.#editor) {
      const { Editor } = (await import(new URL("./editor.js", import.meta.url).href)) as typeof import("./editor.ts");
      this.#clear();
      this.#open();
      this.#editor = new Editor(this.#own, source, hooks);
    }
    this.#editor.focus();
  }

  #open(): void {
    this.#own.hidden = false;
    this.#published.hidden = true;
  }

  #clear(): void {
    this.#editor?.close();
    this.#editor = undefined;
    this.#own.replaceChildren();
  }
}
