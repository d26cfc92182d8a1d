/** What a client can be made to see, as the reader wishes it. */

import { remember, remembered } from "./fields.ts";
import type { Pages } from "./pages.ts";

export interface Wish {
  readonly sees: string;
  readonly note: string;
  /** For each server, the scenarios whose application gives it there. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
}

/** "What do I write, so that it sees that?": the reader says what shall be seen. */
export class Wishes {
  readonly #wish: HTMLSelectElement;
  readonly #server: HTMLSelectElement;
  readonly #form: HTMLFormElement;
  readonly #answer: HTMLElement;
  readonly #wishes: readonly Wish[];
  readonly #told: Readonly<Record<string, string>>;
  readonly #pages: Pages;
  #asked = 0;

  constructor(form: HTMLFormElement, answer: HTMLElement, pages: Pages) {
    this.#form = form;
    this.#answer = answer;
    this.#wishes = JSON.parse(form.dataset.wishes ?? "[]") as Wish[];
    this.#told = JSON.parse(form.dataset.told ?? "{}") as Record<string, string>;
    this.#pages = pages;
    this.#wish = form.elements.namedItem("wish") as HTMLSelectElement;
    this.#server = form.elements.namedItem("on") as HTMLSelectElement;
  }

  start(): void {
    const fields = [this.#wish, this.#server];
    this.#form.hidden = false;
    fields.forEach(remembered);
    this.#form.addEventListener("change", () => {
      remember(fields);
      void this.#tell();
    });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    void this.#tell();
  }

  async #tell(): Promise<void> {
    const wish = this.#wishes.find(({ sees }) => sees === this.#wish.value);
    if (!wish) return;
    const asked = ++this.#asked;
    const scenarios = wish.answers[this.#server.value] ?? [];
    const found = await Promise.all(scenarios.map((it) => this.#granted(it)));
    if (asked === this.#asked) this.#answer.replaceChildren(...this.#said(wish, scenarios.length), ...found.flat());
  }

  /** Return what the application does in a scenario, in words and in full. */
  async #granted(scenario: string): Promise<HTMLElement[]> {
    const told = Object.assign(document.createElement("h3"), { textContent: this.#told[scenario] ?? scenario });
    return [told, ...(await this.#pages.answer(scenario, this.#server.value))];
  }

  #said(wish: Wish, count: number): HTMLElement[] {
    const title = this.#server.selectedOptions[0]?.textContent ?? this.#server.value;
    const told = count
      ? `On ${title}, ${count === 1 ? "this gives it" : `${count} applications give it, each by itself`}:`
      : `Nothing that was measured gives it on ${title}.`;
    return [wish.note, told].filter(Boolean).map((textContent) => Object.assign(document.createElement("p"), { textContent }));
  }
}
