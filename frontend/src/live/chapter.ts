/** A chapter that runs: its cells on the page, their queue, and the interpreter. */

import { fetchCells, STORED } from "./book.ts";
import type { Clients } from "./clients.ts";
import { Ended, Interpreter } from "./interpreter.ts";
import type { Kept } from "./keep.ts";
import type { Done, FromWorker, Script, Status } from "./messages.ts";
import type { Notice } from "./notice.ts";
import { keepPage } from "./offline.ts";
import { type Cell, Queue } from "./queue.ts";
import { forgetLink, fragment } from "./share.ts";
import { told } from "./text.ts";
import type { View, Wishes } from "./view.ts";

const LOADING = "Loading Python. It is kept for the next visit.";

const AGAIN = "then again, as it is now";

const STORED_RESULT = "not in your browser, but with Chromium's stored result";

/** What is read aloud when no cell is left to run. */
const ENDS: Readonly<Record<Status, string>> = {
  ok: "% has run.",
  error: "% ended with an exception.",
  cancelled: "% was stopped.",
};

/** Where the parts of a chapter are. */
export interface Addresses {
  readonly worker: URL;
  readonly clients: URL;
  readonly manifest: string;
  readonly notebook: string;
  /** The site's service worker, and what a visit without the network needs besides the page. */
  readonly offline: { readonly worker: string; readonly files: readonly string[] };
}

/** What the reader asks of a chapter, and what comes of it. */
export class Chapter implements Wishes {
  readonly #views = new Map<string, View>();
  readonly #notice: Notice;
  readonly #kept: Kept;
  readonly #addresses: Addresses;
  readonly #interpreter: Interpreter;
  #queue: Promise<Queue> | undefined;
  #clients: Clients | undefined;
  /** The latest run of each cell: what an earlier one still says is not shown. */
  readonly #latest = new Map<string, string>();
  /** Why a cell that another needs does not run here. */
  readonly #lacks = new Map<string, string | undefined>();
  #runs = 0;
  /** How often all that had been asked for was taken back. */
  #stops = 0;
  #isKept = false;

  constructor(addresses: Addresses, notice: Notice, kept: Kept) {
    this.#addresses = addresses;
    this.#notice = notice;
    this.#kept = kept;
    this.#interpreter = new Interpreter(addresses.worker, addresses.manifest, (message) => this.#hear(message));
  }

  /** Have a view of one of the cells, with what the reader last made of it. */
  add(view: View): void {
    this.#views.set(view.id, view);
    const source = this.#kept.source(view.id);
    if (source !== undefined) view.source(source);
  }

  /** Begin to load, quietly: the reader has come near a control. */
  warm(): void {
    this.#interpreter.load().catch(() => undefined); // a press on Run says what failed
  }

  /** Run a cell, and before it what it needs and has not run. */
  run(view: View): void {
    void this.#start(view);
  }

  /** Run all cells that can run here; those that have, while others still run, not once more. */
  runAll(): void {
    void this.#start();
  }

  /** Stop the running cell; none that waits will run, not even for Python. */
  stop(): void {
    this.#stops += 1;
    this.#notice.announce("Stopped.");
    this.#clients?.close();
    void this.#queue?.then((queue) => {
      queue.clear();
      this.#interpreter.stop();
      this.#show(queue);
    });
  }

  /** Bring back everything as it was published, and end the interpreter. */
  async reset(): Promise<void> {
    this.#stops += 1;
    this.#interpreter.end();
    this.#clients?.close();
    this.#kept.clear();
    for (const view of this.#views.values()) view.reset();
    forgetLink();
    const queue = await this.#queue;
    queue?.forget();
    for (const cell of queue?.cells ?? []) cell.source = cell.original;
    this.#notice.announce("All is as it was published. Nothing has run.");
  }

  /** Open a cell in the editor. */
  edit(view: View): void {
    void this.#attempt(async () => {
      const cell = await this.#cell(view);
      await view.edit(cell.source, {
        run: () => this.run(view),
        change: (source) => this.#change(view, cell, source),
      });
    }, () => this.edit(view));
  }

  /** Put a link to a cell as it is now into the address bar and the clipboard. */
  share(view: View): void {
    void this.#attempt(async () => {
      const { source } = await this.#cell(view);
      history.replaceState(null, "", await fragment({ cell: view.id, source }));
      const copied = await navigator.clipboard.writeText(location.href).then(() => true, () => false);
      this.#notice.say(copied ? "The link is copied, and in the address bar." : "The link is in the address bar.");
    }, () => this.share(view));
  }

  /** Bring back a cell's original code. */
  restore(view: View): void {
    this.#kept.keep(view.id, undefined);
    forgetLink();
    view.source(undefined);
    view.control.focus();
    void this.#queue?.then((queue) => {
      for (const cell of queue.cells) if (cell.id === view.id) cell.source = cell.original;
    });
  }

  /** Show a cell as a link has it. It is not run, and replaces nothing that is kept. */
  async present(id: string, source: string): Promise<void> {
    const view = this.#views.get(id);
    if (!view || view.reason) throw new Error("it carries no cell that runs on this page");
    this.#kept.borrow(id, source);
    view.source(source, "from a link: read it before you press Run");
    const queue = await this.#queue;
    for (const cell of queue?.cells ?? []) if (cell.id === id) cell.source = source;
    view.code.present();
  }

  #change(view: View, cell: Cell, source: string): void {
    cell.source = source;
    this.#kept.keep(cell.id, cell.edited ? source : undefined);
    forgetLink();
    view.mark(cell.edited);
  }

  #load(): Promise<Queue> {
    if (!this.#queue) {
      const reasons = new Map([...this.#views.values()].map((it) => [it.id, it.reason]));
      const loaded = fetchCells(this.#addresses.notebook, reasons).then((cells) => {
        for (const cell of cells) cell.source = this.#kept.source(cell.id) ?? cell.original;
        return new Queue(cells);
      });
      loaded.catch(() => (this.#queue = undefined));
      this.#queue = loaded;
    }
    return this.#queue;
  }

  async #cell(view: View): Promise<Cell> {
    const { cells } = await this.#load();
    const cell = cells.find((it) => it.id === view.id);
    if (!cell) throw new Error(`the chapter's notebook has no ${view.label}`);
    return cell;
  }

  /** Load what is not there yet, and have cells run: the one of a view, or all. */
  #start(view?: View): Promise<void> {
    return this.#attempt(async () => {
      const stops = this.#stops;
      this.#notice.say(LOADING);
      const queue = await this.#load();
      if (stops !== this.#stops) return;
      await this.#interpreter.load();
      this.#keep();
      // As the press found them: the answer comes when the running cell lets it.
      const wanted = view ? queue.cells.filter((it) => it.id === view.id) : queue.all;
      const needs = await this.#interpreter.needs(queue.cells.map((it) => it.source));
      if (stops !== this.#stops) return;
      const stored = queue.cells.filter((it) => it.id === STORED && !it.hasRun);
      const plan = queue.plan([...stored, ...wanted], needs);
      for (const [cell, lacking] of plan) this.#lacks.set(cell.id, lacking?.reason);
      queue.add(plan.keys());
      this.#notice.close();
      this.#next(queue);
      const { running } = queue;
      if (running && queue.waits(running)) this.#views.get(running.id)?.enter("running", AGAIN);
    }, () => void this.#start(view));
  }

  async #attempt(act: () => Promise<void>, again: () => void): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Ended)) this.#notice.say(told(error), { "Try again": again });
      this.#show(await this.#queue?.catch(() => undefined));
    }
  }

  /** Have the page work without the network, once Run was pressed on it. */
  #keep(): void {
    if (this.#isKept) return;
    this.#isKept = true;
    const { worker, files } = this.#addresses.offline;
    void keepPage(worker, [...files]);
  }

  #next(queue: Queue): void {
    const cell = queue.next();
    if (cell) {
      const run = `${++this.#runs}`;
      this.#latest.set(cell.id, run);
      const view = this.#views.get(cell.id);
      if (view) this.#clients?.close(view.container);
      view?.begin();
      this.#interpreter.run(run, cell.id, cell.source);
    }
    this.#show(queue);
  }

  /** Open the pages of a cell that has run, in the reader's browser. */
  #open(view: View): void {
    const { opened, container } = view;
    if (!opened) return;
    void this.#attempt(async () => {
      const clients = await this.#loadClients();
      if (view.state === "ok") await clients.show(container, opened);
    }, () => this.#open(view));
  }

  /** Run a script that a cell has given to the reader's browser. */
  async #runScript(script: Script): Promise<void> {
    const view = this.#views.get(script.cell);
    const runs = (): boolean => this.#latest.get(script.cell) === script.run && view?.state === "running";
    if (!view || view.stored || !runs()) return this.#interpreter.ended(script.script);
    try {
      const clients = await this.#loadClients();
      if (runs()) clients.run(view.container, script);
    } catch (error) {
      view.outputs.log("error", told(error));
      this.#interpreter.ended(script.script);
    }
  }

  async #loadClients(): Promise<Clients> {
    const { Clients } = (await import(this.#addresses.clients.href)) as typeof import("./clients.ts");
    this.#clients ??= new Clients(this.#interpreter);
    return this.#clients;
  }

  /** Have each control say how far its cell is. */
  #show(queue: Queue | undefined): void {
    for (const view of this.#views.values()) {
      const state = queue?.cells.find((it) => it.id === view.id)?.state ?? "fresh";
      if (view.state !== state) view.enter(state);
    }
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "progress":
        this.#notice.progress(message.loaded, message.total);
        break;
      case "output":
        if (this.#latest.get(message.cell) === message.run) this.#views.get(message.cell)?.outputs.add(message.output);
        break;
      case "script":
        void this.#runScript(message);
        break;
      case "done":
        void this.#queue?.then((queue) => this.#end(queue, message));
        break;
      case "failed":
        void this.#queue?.then((queue) => this.#fail(queue, message.message, message.lost));
        break;
      case "opened":
      case "message":
      case "sent":
      case "errored":
      case "closed":
        this.#clients?.tell(message);
        break;
    }
  }

  /** Say what kept a cell from running, or that all that had run is lost. */
  #fail(queue: Queue, message: string, lost: boolean): void {
    const view = this.#views.get(queue.running?.id ?? "");
    if (lost) {
      queue.forget();
      this.#clients?.close();
    } else {
      queue.end("error");
    }
    this.#show(queue);
    this.#notice.say(message, view && !lost ? { "Try again": () => this.run(view) } : {});
  }

  #end(queue: Queue, { status, number }: Done): void {
    const cell = queue.end(status);
    const view = this.#views.get(cell?.id ?? "");
    if (view) view.number = number;
    this.#next(queue);
    if (status === "ok" && view) this.#open(view);
    if (cell?.state === "ok" && view?.stored) view.enter("ok", `${STORED_RESULT}: ${view.stored}`);
    const lacks = cell?.raises ? undefined : this.#lacks.get(cell?.id ?? "");
    if (status === "error" && lacks) view?.enter("error", `needs a cell that does not run here: ${lacks}`);
    const label = view?.label ?? "a cell that is not on the page";
    if (queue.isIdle) this.#notice.announce(ENDS[status].replace("%", label));
  }
}
