/** What the page says while it loads and runs: at the foot of the window, politely. */

import { button } from "./control.ts";
import { megabytes } from "./text.ts";

export type Offers = Readonly<Record<string, () => void>>;

/** A box that shows while there is something to say; what it says is read aloud. */
export class Notice {
  readonly #element = document.createElement("div");
  readonly #said = document.createElement("p");
  readonly #loading = document.createElement("span");
  readonly #bar = document.createElement("progress");
  readonly #bytes = document.createElement("span");
  readonly #offers = document.createElement("span");

  constructor(parent: HTMLElement) {
    this.#element.className = "live-notice";
    // Only the sentence is read aloud: the bytes change many times a second.
    this.#said.setAttribute("role", "status");
    this.#bar.setAttribute("aria-label", "Loading Python");
    this.#loading.append(this.#bar, this.#bytes);
    this.#element.append(this.#said, this.#loading, this.#offers);
    parent.append(this.#element);
    this.close();
  }

  /** Have something read aloud that the page shows where it happened. */
  announce(text: string): void {
    this.close();
    this.#said.textContent = text;
    this.#element.dataset.aloud = "";
  }

  /** Say something, and offer what can be done about it. */
  say(text: string, offers: Offers = {}): void {
    delete this.#element.dataset.aloud;
    if (this.#said.textContent !== text) this.#said.textContent = text;
    this.#loading.hidden = true;
    const all = Object.entries({ ...offers, Close: () => this.close() });
    this.#offers.replaceChildren(...all.map(([name, act]) => button(name, name, act)));
    this.#offers.hidden = false;
  }

  /** Say how much is loaded, beside what is said. */
  progress(loaded: number, total: number): void {
    if (!this.#said.textContent) return;
    this.#bar.max = total;
    this.#bar.value = loaded;
    this.#bytes.textContent = `${megabytes(loaded)} of ${megabytes(total)}`;
    this.#loading.hidden = false;
  }

  /** Say nothing more. */
  close(): void {
    this.#said.textContent = "";
    this.#loading.hidden = this.#offers.hidden = true;
  }
}
