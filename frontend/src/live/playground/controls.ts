/** The playground's controls: what is run, by what, and with which options. */

import { button } from "../control.ts";
import { Pane } from "./pane.ts";
import { asFile, IMPLEMENTATIONS, type Kind, KINDS, LIFESPANS, NUMBERS, type Point, type Project } from "./project.ts";

/** What the reader asks for. */
export interface Asks {
  run(): void;
  stop(): void;
  link(): void;
  start(point: Point): void;
  copied(text: string): void;
}

/** Labels and inputs; `project` is what they say. */
export class Controls {
  readonly #name = { value: "app" };
  readonly #points = document.createElement("select");
  readonly #implementation = select(IMPLEMENTATIONS.map((it) => [it, it]));
  readonly #lifespan = select(LIFESPANS.map((it) => [it, it]));
  readonly #more = document.createElement("details");
  readonly #numbers = Object.entries(NUMBERS).map(([name, label]) => [name, number(), label] as const);
  readonly #kind = select(Object.entries(KINDS));
  readonly #pages = select([
    ["1", "one"],
    ["2", "two, side by side"],
  ]);
  readonly #application: Pane;
  readonly #client: Pane;
  readonly origin = Object.assign(document.createElement("input"), { value: "http://127.0.0.1:8000" });

  constructor(parent: HTMLElement, points: readonly Point[], asks: Asks) {
    this.#points.append(...points.map(({ name, title }) => new Option(title, name)));
    this.#points.addEventListener("change", () => {
      const point = points[this.#points.selectedIndex];
      if (point) asks.start(point);
    });
    const run = button("Run", "Run application and client", () => asks.run());
    run.classList.add("live-run");
    const acts = { run: () => asks.run(), leave: () => run.focus() };
    this.#application = new Pane("The application, file:app", acts);
    this.#client = new Pane("The client", acts);
    const bar = row(
      labelled("Start from", this.#points),
      run,
      button("Stop", "Stop client and server", () => asks.stop()),
      button("Copy link", "Copy a link to this code", () => asks.link()),
      button("Copy as a file", "Copy the application as a file", () => asks.copied(asFile(this.project))),
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
      labelled("Origin of the page", this.origin),
    );
    const sides = document.createElement("div");
    sides.className = "playground-sides";
    sides.append(side("Application", options, this.#application), side("Client", clients, this.#client));
    parent.append(bar, sides);
    this.#kind.addEventListener("change", () => {
      this.#client.speak(this.#kind.value === "py");
      this.#show();
    });
    this.#show();
  }

  get project(): Project {
    const options: Record<string, string | number> = { ws: this.#implementation.value };
    if (this.#lifespan.value !== LIFESPANS[0]) options.lifespan = this.#lifespan.value;
    for (const [name, input] of this.#numbers) if (input.valueAsNumber > 0) options[name] = input.valueAsNumber;
    return {
      name: this.#name.value,
      application: this.#application.source,
      client: { kind: this.#kind.value as Kind, source: this.#client.source, pages: Number(this.#pages.value) },
      options,
    };
  }

  set project({ name, application, client, options }: Project) {
    this.#name.value = /^\w+$/.test(name) ? name : "app";
    this.#points.value = name;
    this.#application.show(application);
    this.#client.show(client.source, client.kind === "py");
    this.#kind.value = client.kind;
    this.#pages.value = `${client.pages}`;
    this.#implementation.value = `${options.ws ?? IMPLEMENTATIONS[0]}`;
    this.#lifespan.value = `${options.lifespan ?? LIFESPANS[0]}`;
    for (const [key, input] of this.#numbers) input.value = `${options[key] ?? ""}`;
    this.#more.open = Object.keys(options).some((it) => it !== "ws");
    this.#show();
  }

  /** Show only what says something about this kind of client. */
  #show(): void {
    for (const input of [this.#pages, this.origin]) {
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

function number(): HTMLInputElement {
  return Object.assign(document.createElement("input"), { type: "number", min: "0", step: "any", placeholder: "default" });
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
