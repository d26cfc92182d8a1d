/** "What does my client see?": the reader chooses, the measured cell answers. */

import { Pages } from "./pages.ts";

interface Choice {
  readonly when: string;
  readonly what: string;
  readonly with: string;
  readonly scenario: string;
  readonly code: string;
}

class Explorer {
  readonly #form: HTMLFormElement;
  readonly #answer: HTMLElement;
  readonly #choices: readonly Choice[];
  readonly #pages = new Pages(new URL("../", document.baseURI).href);

  constructor(form: HTMLFormElement, answer: HTMLElement, choices: readonly Choice[]) {
    this.#form = form;
    this.#answer = answer;
    this.#choices = choices;
  }

  start(): void {
    const said = new URLSearchParams(location.search);
    this.#form.hidden = false;
    for (const name of ["when", "what", "with", "server"]) {
      this.#offer();
      const field = this.#field(name);
      const value = said.get(name);
      if (value !== null && [...field.options].some((option) => option.value === value)) field.value = value;
    }
    this.#form.addEventListener("change", () => {
      this.#offer();
      const query = new URLSearchParams(["when", "what", "with", "server"].map((name) => [name, this.#field(name).value]));
      history.replaceState(null, "", `?${query}`);
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
    const server = this.#field("server").value;
    const choice = this.#choices.find(
      (it) => (["when", "what", "with"] as const).every((name) => it[name] === this.#field(name).value),
    );
    if (!choice) return;
    const code = document.createElement("pre");
    code.append(Object.assign(document.createElement("code"), { textContent: choice.code }));
    const link = Object.assign(document.createElement("a"), {
      href: this.#pages.address(choice.scenario),
      textContent: `All servers, and the whole code: ${choice.scenario}`,
    });
    const more = document.createElement("p");
    more.append(link);
    try {
      const cell = await this.#pages.cell(choice.scenario, server);
      this.#answer.replaceChildren(code, cell, more);
    } catch (error) {
      this.#answer.replaceChildren(code, `The cell could not be loaded: ${String(error)}`, more);
    }
  }
}

const form = document.querySelector<HTMLFormElement>("form.wa-explorer");
const answer = document.querySelector<HTMLElement>(".wa-answer");
if (form && answer) new Explorer(form, answer, JSON.parse(form.dataset.choices ?? "[]") as Choice[]).start();
