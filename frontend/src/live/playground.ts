/** The script of the playground: an application, its clients, and their ladders as they grow. */

import { Frames } from "./frames.ts";
import { Ended, Interpreter, lacking } from "./interpreter.ts";
import { Kept, storage } from "./keep.ts";
import type { FromWorker } from "./messages.ts";
import { Notice } from "./notice.ts";
import { keepPage } from "./offline.ts";
import { Outputs } from "./outputs.ts";
import { Controls } from "./playground/controls.ts";
import { Ladders } from "./playground/ladders.ts";
import { fromFragment, type Point, points, type Project, read, started, toFragment, written } from "./playground/project.ts";
import { carries, forgetLink } from "./share.ts";
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

/** What is said of a run that ended by itself. */
const ENDS = { ok: "The client has ended.", error: "It ended with an exception." };

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
  /** What the reader's edits are kept by: the name of a starting point, or a link's fragment. */
  readonly #kept = new Kept(location.pathname, storage());
  #from = "";

  constructor(element: HTMLElement, manifest: string, files: string, choice: readonly Point[]) {
    this.#files = files;
    this.#choice = choice;
    this.#controls = new Controls(element, choice, {
      run: () => void this.#run(),
      stop: () => this.#stop(),
      link: () => void this.#link(),
      start: (from) => void this.#start(from),
      change: () => this.#change(),
      restore: () => this.#restore(),
      copied: (text) => void this.#copy(text, "The application is copied."),
    });
    this.#clients = section(element, "frames");
    const below = section(element, "outputs");
    this.#outputs = new Outputs(below, [], "the application and its client");
    this.#frames = new Frames(beside("client.html"), (asked) => this.#interpreter.ask(asked));
    this.#ladders = new Ladders(section(element, "ladders"), new URL("../chapters/", files).href);
    for (const it of this.#kept.cells) if (carries(it)) this.#offer(it, this.#edited(it));
    this.#notice = new Notice(element);
    this.#interpreter = new Interpreter(beside("worker.js"), manifest, (message) => this.#hear(message));
    for (const event of ["pointerenter", "focusin"]) {
      element.addEventListener(event, () => this.#interpreter.load().catch(() => undefined), { once: true });
    }
  }

  /** Show what this tab had before a reload, else what was edited last, else the first starting point. */
  async begin(): Promise<void> {
    const names = this.#choice.map(({ name }) => name);
    const before: unknown[] = [history.state, ...[...this.#kept.cells].reverse(), names[0]];
    const from = before.find((it) => typeof it === "string" && (carries(it) || names.includes(it)));
    await this.#start(`${from}`);
  }

  /** Show what the address carries, whatever is kept; the reader decides whether it runs. */
  async follow(): Promise<void> {
    const from = location.hash;
    try {
      this.#show(from, await fromFragment(from));
      this.#notice.say(FROM_LINK, this.#edited(from) && { "Your edit": () => void this.#start(from) });
    } catch (error) {
      if (!this.#from) await this.begin();
      this.#notice.say(`The link's code can't be shown: ${told(error).replace(/\.$/, "")}.`);
    }
  }

  /** Show what a starting point or a link has, as the reader left it. */
  async #start(from: string): Promise<void> {
    await this.#attempt(async () => {
      const edited = this.#edited(from);
      this.#show(from, edited ?? (await this.#original(from)), edited !== undefined);
      if (!carries(location.hash)) return;
      this.#notice.close();
      forgetLink();
    });
  }

  #show(from: string, project: Project, changed = false): void {
    this.#from = from;
    history.replaceState(from, "");
    this.#offer(from, project);
    this.#controls.from(from, changed);
    this.#controls.project = project;
  }

  /** Have a link among what can be started from. */
  #offer(from: string, project: Project | undefined): void {
    if (project) this.#controls.offer(from, `${project.name}, from a link`);
  }

  async #original(from: string): Promise<Project> {
    const point = this.#choice.find(({ name }) => name === from);
    return point ? started(point, this.#files) : fromFragment(from);
  }

  /** Return what the reader has made of a starting point or a link, if anything. */
  #edited(from: string): Project | undefined {
    try {
      return read(this.#kept.source(from) ?? "");
    } catch {
      return undefined; // nothing, or what is none any more
    }
  }

  #change(): void {
    this.#kept.keep(this.#from, written(this.#controls.project));
    this.#controls.from(this.#from, true);
    forgetLink();
  }

  #restore(): void {
    this.#kept.keep(this.#from, undefined);
    void this.#start(this.#from);
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
      history.replaceState(history.state, "", await toFragment(this.#controls.project));
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
      case "done":
        if (message.status !== "cancelled") this.#notice.announce(this.#end(message.status));
        break;
      case "failed":
        if (message.lost) this.#frames.close(this.#clients);
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

  /** Return what is said of the end of a run: clients in a page go on. */
  #end(status: keyof typeof ENDS): string {
    return status === "ok" && this.#playing?.client.kind !== "py" ? "The server listens." : ENDS[status];
  }

  #serve(run: string): void {
    const client = this.#playing?.client;
    if (run !== `${this.#runs}` || !client || client.kind === "py") return;
    for (let number = 1; number <= client.pages; number += 1) {
      const from = client.pages > 1 ? `client ${number}: ` : "";
      this.#frames.show(this.#clients, {
        source: client.source,
        url: client.origin,
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
  await (carries(location.hash) ? playground.follow() : playground.begin());
}

const element = document.querySelector<HTMLElement>("div.playground");
const script = document.querySelector<HTMLScriptElement>("script[data-live-manifest]");
if (element && script) {
  begin(element, new URL(script.dataset.liveManifest ?? "", document.baseURI).href).catch((error: unknown) => {
    element.textContent = told(error);
  });
}
