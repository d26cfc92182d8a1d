/** What an application can do, as the reader chooses it. */

import { remember, remembered } from "./fields.ts";
import type { Pages } from "./pages.ts";

export interface Choice {
  readonly when: string;
  readonly what: string;
  readonly with: string;
  readonly scenario: string;
}

const NAMES = ["when", "what", "with", "server"] as const;

/** "What does my client see?": the reader says what is done, the measured cell answers. */
export class Choices {
  readonly #form: HTMLFormElement;
  readonly #answer: HTMLElement;
  readonly #choices: readonly Choice[];
  readonly #pages: Pages;
  #asked = 0;

  constructor(form: HTMLFormElement, answer: HTMLElement, pages: Pages) {
    this.#form = form;
    this.#answer = answer;
    this.#choices = JSON.parse(form.dataset.choices ?? "[]") as Choice[];
    this.#pages = pages;
  }

  start(): void {
    this.#form.hidden = false;
    for (const name of NAMES) {
      this.#offer();
      remembered(this.#field(name));
    }
    this.#form.addEventListener("change", () => {
      this.#offer();
      remember(NAMES.map((name) => this.#field(name)));
      void this.#tell();
    });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    void this.#tell();
  }

  #field(name: string): HTMLSelectElement {
    return this.#form.elements.namedItem(name) as HTMLSelectElement;
  }

  /** Offer, in each list, what there is for the choices in the lists before it. */
  #offer(): void {
    let left = this.#choices.filter(({ when }) => when === this.#field("when").value);
    for (const name of ["what", "with"] as const) {
      const field = this.#field(name);
      const chosen = field.value;
      const values = [...new Set(left.map((choice) => choice[name]))];
      field.replaceChildren(...values.map((value) => new Option(value || "nothing more", value)));
      if (values.includes(chosen)) field.value = chosen;
      field.disabled = values.length < 2;
      left = left.filter((choice) => choice[name] === field.value);
    }
  }

  async #tell(): Promise<void> {
    const choice = this.#choices.find((it) =>
      (["when", "what", "with"] as const).every((name) => it[name] === this.#field(name).value),
    );
    if (!choice) return;
    const asked = ++this.#asked;
    const found = await this.#pages.answer(choice.scenario, this.#field("server").value);
    if (asked === this.#asked) this.#answer.replaceChildren(...found);
  }
}
