/** The ladders of a run, each of which grows while its connection goes on. */

import { framed } from "../frame.ts";
import type { Grown } from "../messages.ts";

/** A section of the book, below its chapters. */
const SECTION = /^[a-z0-9-]+\/(#[a-z0-9-]+)?$/;

/** One figure for each connection that has a ladder, in their order; the others are counted. */
export class Ladders {
  readonly #parent: HTMLElement;
  readonly #chapters: string;
  readonly #figures = new Map<number, HTMLElement>();
  readonly #others = document.createElement("p");
  #last = 0;

  constructor(parent: HTMLElement, chapters: string) {
    this.#parent = parent;
    this.#chapters = chapters;
  }

  /** Show a connection as it is now. */
  show({ number, html, over, why, section }: Grown): void {
    if (!html) return this.#count(number);
    const figure = this.#figures.get(number) ?? this.#add(number);
    const frame = framed(html, `Ladder of connection ${number}`);
    const before = figure.querySelectorAll("iframe");
    // The one before stays until the new one is drawn.
    frame.addEventListener("load", () => before.forEach((it) => it.remove()), { once: true });
    figure.prepend(frame);
    figure.dataset.over = `${over}`;
    figure.querySelector("figcaption")?.remove();
    if (why !== null) figure.append(this.#caption(why, section));
  }

  clear(): void {
    this.#figures.clear();
    this.#last = 0;
    this.#parent.replaceChildren();
  }

  /** Tell how many connections have no ladder, after those that have one. */
  #count(number: number): void {
    this.#last = Math.max(this.#last, number);
    this.#others.textContent = `… and ${this.#last - this.#figures.size} more, whose ladders are left out.`;
    this.#parent.append(this.#others);
  }

  #add(number: number): HTMLElement {
    const figure = document.createElement("figure");
    figure.dataset.connection = `${number}`;
    this.#figures.set(number, figure);
    this.#parent.append(figure);
    return figure;
  }

  #caption(why: string, section: string | null): HTMLElement {
    const question = Object.assign(document.createElement("b"), { textContent: "Why did it end?" });
    const caption = document.createElement("figcaption");
    caption.append(question, ` ${why}`);
    if (section !== null && SECTION.test(section)) {
      const href = new URL(section, this.#chapters).href;
      caption.append(" ", Object.assign(document.createElement("a"), { href, textContent: "The section that shows it" }));
    }
    return caption;
  }
}
