/** The script of the playground: an application, its clients, and their ladders as they grow. */

import { Frames } from "./frames.ts";
import { Ended, Interpreter, lacking } from "./interpreter.ts";
import type { FromWorker } from "./messages.ts";
import { Notice } from "./notice.ts";
import { keepPage } from "./offline.ts";
import { Outputs } from "./outputs.ts";
import { Controls } from "./playground/controls.ts";
import { Ladders } from "./playground/ladders.ts";
import { fromFragment, type Point, points, type Project, started, toFragment } from "./playground/project.ts";
import { carries } from "./share.ts";
import { told } from "./text.ts";

const LOADING = "Loading Python. It is kept for the next visit.";
const FROM_LINK = "This code is from a link. Read it before you press Run.";

function beside(name: string): URL {
  return new URL(`./${name}`, import.meta.url);
}

function section(parent: HTMLElement, name: string): HTMLElement {
  const made = document.createElement("div");
  made.className = `playground-${name}`;
  parent.append(made);
  return made;
}

/** What the page loads when it is needed, beside this script. A frame with a client in
    JavaScript needs the network: it has no origin, so no service worker answers it. */
const SCRIPTS = ["worker.js", "editor.js"];

/** One playground on a page. */
class Playground {
  readonly #files: string;
  readonly #choice: readonly Point[];
  readonly #notice: Notice;
  readonly #controls: Controls;
  readonly #outputs: Outputs;
  readonly #frames: Frames;
  readonly #clients: HTMLElement;
  readonly #ladders: Ladders;
  readonly #interpreter: Interpreter;
  #runs = 0;
  /** How often Run or Stop was pressed: the last press counts. */
  #presses = 0;
  #playing: Project | undefined;

  constructor(element: HTMLElement, manifest: string, files: string, choice: readonly Point[]) {
    this.#files = files;
    this.#choice = choice;
    this.#controls = new Controls(element, choice, {
      run: () => void this.#run(),
      stop: () => this.#stop(),
      link: () => void this.#link(),
      start: (point) => void this.start(point),
      copied: (text) => void this.#copy(text, "The application is copied."),
    });
    this.#clients = section(element, "frames");
    const below = section(element, "outputs");
    this.#outputs = new Outputs(below, [], "the application and its client");
    this.#frames = new Frames(beside("client.html"), (asked) => this.#interpreter.ask(asked));
    this.#ladders = new Ladders(section(element, "ladders"), new URL("../chapters/", files).href);
    this.#notice = new Notice(element);
    this.#interpreter = new Interpreter(beside("worker.js"), manifest, (message) => this.#hear(message));
    for (const event of ["pointerenter", "focusin"]) {
      element.addEventListener(event, () => this.#interpreter.load().catch(() => undefined), { once: true });
    }
  }

  /** Show a starting point. */
  async start(point: Point): Promise<void> {
    await this.#attempt(async () => {
      this.#controls.project = await started(point, this.#files);
      if (carries(location.hash)) history.replaceState(null, "", location.pathname + location.search);
    });
  }

  /** Show what the address carries; the reader decides whether it runs. */
  async follow(): Promise<void> {
    try {
      this.#controls.project = await fromFragment(location.hash);
      this.#notice.say(FROM_LINK);
    } catch (error) {
      this.#notice.say(`The link's code can't be shown: ${told(error).replace(/\.$/, "")}.`);
    }
  }

  async #run(): Promise<void> {
    const press = ++this.#presses;
    await this.#attempt(async () => {
      this.#notice.say(LOADING);
      await this.#interpreter.load();
      if (press !== this.#presses) return;
      this.#notice.close();
      this.#keep();
      this.#clear();
      const project = this.#controls.project;
      this.#playing = project;
      this.#runs += 1;
      const client = project.client.kind === "py" ? project.client.source : "";
      this.#interpreter.play(`${this.#runs}`, project.application, client, project.options);
    });
  }

  /** Have the page work without the network, once Run was pressed on it. */
  #keep(): void {
    if (this.#runs) return;
    const points = this.#choice.flatMap(({ name, client }) => [`${name}.py`, client]);
    const files = [...SCRIPTS.map(beside), ...points.map((it) => new URL(it, this.#files))];
    const worker = new URL("../../service-worker.js", import.meta.url);
    void keepPage(worker.href, files.map(({ href }) => href));
  }

  #stop(): void {
    this.#presses += 1;
    this.#interpreter.stop();
    this.#notice.announce("Stopped.");
  }

  #clear(): void {
    this.#frames.close(this.#clients);
    this.#ladders.clear();
    this.#outputs.begin();
  }

  async #link(): Promise<void> {
    await this.#attempt(async () => {
      history.replaceState(null, "", await toFragment(this.#controls.project));
      await this.#copy(location.href, "The link is copied, and in the address bar.", "The link is in the address bar.");
    });
  }

  async #copy(text: string, copied: string, otherwise = "This browser does not let the page copy."): Promise<void> {
    const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
    this.#notice.say(done ? copied : otherwise);
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Ended)) this.#notice.say(told(error));
    }
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "progress":
        this.#notice.progress(message.loaded, message.total);
        break;
      case "serving":
        this.#serve(message.run);
        break;
      case "output":
        if (message.run === `${this.#runs}`) this.#outputs.add(message.output);
        break;
      case "trace":
        this.#ladders.show(message);
        break;
      case "failed":
        this.#notice.say(message.message);
        break;
      case "opened":
      case "message":
      case "sent":
      case "errored":
      case "closed":
        this.#frames.tell(message);
        break;
    }
  }

  #serve(run: string): void {
    const client = this.#playing?.client;
    if (run !== `${this.#runs}` || !client || client.kind === "py") return;
    for (let number = 1; number <= client.pages; number += 1) {
      const from = client.pages > 1 ? `client ${number}: ` : "";
      this.#frames.show(this.#clients, {
        source: client.source,
        url: this.#controls.origin.value,
        title: client.pages > 1 ? `Client ${number}` : "Client",
        log: (level, text) => this.#outputs.log(level, `${from}${text}`),
      });
    }
  }
}

async function begin(element: HTMLElement, manifest: string): Promise<void> {
  const lacks = lacking();
  if (lacks) {
    element.textContent = `The playground does not run in this browser: it has no ${lacks}.`;
    return;
  }
  const files = new URL(element.dataset.files ?? "", document.baseURI).href;
  const choice = await points(files);
  const playground = new Playground(element, manifest, files, choice);
  addEventListener("hashchange", () => void (carries(location.hash) && playground.follow()));
  if (carries(location.hash)) await playground.follow();
  else if (choice[0]) await playground.start(choice[0]);
}

const element = document.querySelector<HTMLElement>("div.playground");
const script = document.querySelector<HTMLScriptElement>("script[data-live-manifest]");
if (element && script) {
  begin(element, new URL(script.dataset.liveManifest ?? "", document.baseURI).href).catch((error: unknown) => {
    element.textContent = told(error);
  });
}
