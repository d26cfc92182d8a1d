/** The playground's controls: what is run, by what, and with which options. */

import { button } from "../control.ts";
import { Pane } from "./pane.ts";
import { asFile, IMPLEMENTATIONS, type Kind, KINDS, LIFESPANS, NUMBERS, objection, type Point, type Project } from "./project.ts";

/** What the reader asks for. */
export interface Asks {
  run(): void;
  stop(): void;
  link(): void;
  start(from: string): void;
  change(): void;
  restore(): void;
  copied(text: string): void;
}

/** Labels and inputs; `project` is what they say. */
export class Controls {
  #name = "app";
  readonly #points = document.createElement("select");
  readonly #implementation = select(IMPLEMENTATIONS.map((it) => [it, it]));
  readonly #lifespan = select(LIFESPANS.map((it) => [it, it]));
  readonly #more = document.createElement("details");
  readonly #numbers = Object.entries(NUMBERS).map(([name, label]) => [name, number(name), label] as const);
  readonly #kind = select(Object.entries(KINDS));
  readonly #pages = select([
    ["1", "one"],
    ["2", "two, side by side"],
  ]);
  readonly #original: HTMLButtonElement;
  readonly #application: Pane;
  readonly #client: Pane;
  readonly #origin = document.createElement("input");

  constructor(parent: HTMLElement, points: readonly Point[], asks: Asks) {
    for (const { name, title } of points) this.offer(name, title);
    this.#points.addEventListener("change", () => asks.start(this.#points.value));
    const run = button("Run", "Run application and client", () => asks.run());
    run.classList.add("live-run");
    this.#original = button("Original", "Original code and options", () => {
      asks.restore();
      run.focus();
    });
    const acts = { run: () => asks.run(), leave: () => run.focus(), change: () => asks.change() };
    this.#application = new Pane("The application, file:app", acts);
    this.#client = new Pane("The client", acts);
    const bar = row(
      labelled("Start from", this.#points),
      this.#original,
      run,
      button("Stop", "Stop client and server", () => asks.stop()),
      button("Copy link", "Copy link to this code", () => asks.link()),
      button("Copy as a file", "Copy as a file that uvicorn runs", () => asks.copied(asFile(this.project))),
    );
    bar.classList.add("live-bar");
    this.#more.append(
      Object.assign(document.createElement("summary"), { textContent: "More options" }),
      row(
        labelled("lifespan", this.#lifespan),
        ...this.#numbers.map(([, input, label]) => labelled(label, input)),
      ),
    );
    const options = row(labelled("uvicorn's implementation", this.#implementation), this.#more);
    const clients = row(
      labelled("Client in", this.#kind),
      labelled("Pages", this.#pages),
      labelled("Origin of the page", this.#origin),
    );
    const sides = document.createElement("div");
    sides.className = "playground-sides";
    sides.append(side("Application", options, this.#application), side("Client", clients, this.#client));
    parent.append(bar, sides);
    this.#kind.addEventListener("change", () => {
      this.#client.speak(this.#kind.value === "py");
      this.#show();
    });
    for (const it of [options, this.#kind, this.#pages, this.#origin]) it.addEventListener("input", () => asks.change());
    this.#show();
  }

  /** Offer one more to start from. */
  offer(start: string, title: string): void {
    if (![...this.#points.options].some(({ value }) => value === start)) this.#points.append(new Option(title, start));
  }

  /** Say what is started from, and whether the reader has changed it. */
  from(start: string, changed: boolean): void {
    this.#points.value = start;
    this.#original.disabled = !changed;
  }

  get project(): Project {
    const options: Record<string, string | number> = { ws: this.#implementation.value };
    if (this.#lifespan.value !== LIFESPANS[0]) options.lifespan = this.#lifespan.value;
    for (const [name, input] of this.#numbers) {
      if (!objection(name, input.valueAsNumber)) options[name] = input.valueAsNumber;
    }
    return {
      name: this.#name,
      application: this.#application.source,
      client: {
        kind: this.#kind.value as Kind,
        source: this.#client.source,
        pages: Number(this.#pages.value),
        origin: this.#origin.value,
      },
      options,
    };
  }

  set project({ name, application, client, options }: Project) {
    this.#name = name;
    this.#application.show(application);
    this.#client.show(client.source, client.kind === "py");
    this.#kind.value = client.kind;
    this.#pages.value = `${client.pages}`;
    this.#origin.value = client.origin;
    this.#implementation.value = `${options.ws ?? IMPLEMENTATIONS[0]}`;
    this.#lifespan.value = `${options.lifespan ?? LIFESPANS[0]}`;
    for (const [key, input] of this.#numbers) {
      input.value = `${options[key] ?? ""}`;
      input.setCustomValidity("");
    }
    this.#more.open = Object.keys(options).some((it) => it !== "ws");
    this.#show();
  }

  /** Show only what says something about this kind of client. */
  #show(): void {
    for (const input of [this.#pages, this.#origin]) {
      const label = input.closest("label");
      if (label) label.hidden = this.#kind.value === "py";
    }
  }
}

function select(choices: readonly (readonly [string, string])[]): HTMLSelectElement {
  const made = document.createElement("select");
  made.append(...choices.map(([value, text]) => new Option(text, value)));
  return made;
}

/** Return an input for an option; a number that it can't be, it says, and counts as none. */
function number(option: string): HTMLInputElement {
  const input = Object.assign(document.createElement("input"), { type: "number", min: "0", step: "any", placeholder: "default" });
  input.addEventListener("input", () => {
    const isEmpty = input.value === "" && !input.validity.badInput;
    input.setCustomValidity(isEmpty ? "" : objection(option, input.valueAsNumber));
  });
  input.addEventListener("change", () => input.reportValidity());
  return input;
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  const label = document.createElement("label");
  label.append(text, " ", control);
  return label;
}

function row(...parts: HTMLElement[]): HTMLElement {
  const made = document.createElement("div");
  made.className = "playground-row";
  made.append(...parts);
  return made;
}

function side(title: string, options: HTMLElement, pane: Pane): HTMLElement {
  const made = document.createElement("div");
  made.append(Object.assign(document.createElement("b"), { textContent: title }), options, pane.element);
  return made;
}
