/** The worker that runs Python, from the page's side: loading, running, stopping, ending. */

import { type Asked, type FromWorker, heard, type Options, type ToWorker, type Visited } from "./messages.ts";

/** Milliseconds that a cell has to end by itself once it is told to stop. */
const GRACE = 2500;

/** As long to end for what a press on Run replaces, and nobody has stopped. */
const PATIENCE = 10_000;

const FORGOTTEN = "all that had run is forgotten. Run starts it anew.";

const GONE = `The code did not stop by itself, so Python was ended: ${FORGOTTEN}`;

/** The interpreter was ended on purpose: who waits for it has nothing to say. */
export class Ended extends Error {}

/** What this browser lacks to run Python, undefined if nothing. */
export function lacking(): string | undefined {
  if (typeof WebAssembly !== "object") return "WebAssembly";
  if (typeof Worker !== "function") return "web workers";
  if (typeof CompressionStream !== "function") return "compression streams";
  return undefined;
}

type Needs = readonly (readonly number[])[];

type Answer = Extract<FromWorker, { readonly asked: number }>;

interface Question {
  readonly answer: (answer: Answer) => void;
  readonly fail: (error: Error) => void;
}

/** One interpreter at a time; where one is lost, the next `load` starts another. */
export class Interpreter {
  readonly #address: string;
  readonly #manifest: string;
  readonly #tell: (message: FromWorker) => void;
  readonly #questions = new Map<number, Question>();
  #worker: Worker | undefined;
  #ready: Promise<void> | undefined;
  #settle: { done: () => void; fail: (error: Error) => void } | undefined;
  #asked = 0;
  #running: string | undefined;
  /** What is to end: a run, or "" for what a server does; until when, and the timer that ends the worker then. */
  #ending: { readonly run: string; readonly by: number; readonly timer: number } | undefined;

  /**
   * @param script the worker's address.
   * @param manifest the address of the list of what it loads.
   * @param tell hears what concerns the page: progress, outputs, ends, failures.
   */
  constructor(script: URL, manifest: string, tell: (message: FromWorker) => void) {
    // A worker with an address of its own would have no policy; this one has the page's.
    const start = new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" });
    this.#address = URL.createObjectURL(start);
    this.#manifest = manifest;
    this.#tell = tell;
  }

  /** Load what is not loaded yet; the promise is rejected with what failed. */
  load(): Promise<void> {
    this.#ready ??= new Promise((done, fail) => {
      this.#settle = { done, fail };
      this.#start();
    });
    return this.#ready;
  }

  /** Return for each source the earlier ones that it uses something of. */
  async needs(sources: readonly string[]): Promise<Needs> {
    await this.load();
    const answer = await this.#answer((asked) => ({ type: "needs", asked, sources }));
    return (answer as Answer & { type: "needs" }).needs;
  }

  /** Get a page of a server that a cell has started. */
  async visit(server: string, path: string): Promise<Visited> {
    return (await this.#answer((asked) => ({ type: "visit", asked, server, path }))) as Visited;
  }

  /** Tell the cell that had the page run a script that this has ended. */
  ended(script: string): void {
    this.#post({ type: "ended", script });
  }

  /** Run a source as a cell; what comes of it is told under the name of the run. */
  run(run: string, cell: string, source: string): void {
    this.#running = run;
    this.#post({ type: "run", run, cell, source });
  }

  /**
   * Serve an application, and run a client in Python, in place of what runs; what comes of it
   * is told as of a cell's run.
   */
  play(run: string, application: string, client: string, options: Options): void {
    if (this.#running !== undefined) this.stop(PATIENCE);
    this.#running = run;
    this.#post({ type: "play", run, application, client, options });
  }

  /** Pass on what a WebSocket of the page asks. */
  ask(asked: Asked): void {
    this.#post(asked);
  }

  /** Stop what runs: by its own means, and what will not end by ending the worker after a moment. */
  stop(grace = GRACE): void {
    this.#post({ type: "stop" });
    const by = performance.now() + grace;
    if (!this.#ready || this.#settle || (this.#ending && this.#ending.by <= by)) return;
    const run = this.#ending?.run ?? this.#running ?? "";
    if (this.#ending) window.clearTimeout(this.#ending.timer);
    else if (this.#running === undefined) void this.needs([]).then(() => this.#ended(""), () => undefined);
    this.#ending = { run, by, timer: window.setTimeout(() => this.#lose(GONE), grace) };
  }

  /** End the interpreter, and forget it. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ready = undefined;
    this.#calm();
    const error = new Ended("Python was ended");
    this.#settle?.fail(error);
    this.#settle = undefined;
    for (const { fail } of this.#questions.values()) fail(error);
    this.#questions.clear();
  }

  #start(): void {
    let modules = false;
    // Only a browser that knows module workers asks for the type.
    const options: WorkerOptions = {
      get type() {
        modules = true;
        return "module" as const;
      },
    };
    const worker = new Worker(this.#address, options);
    this.#worker = worker;
    if (!modules) {
      this.#lose("This browser has no module workers, which the cells run in.");
      return;
    }
    worker.addEventListener("message", ({ data }) => this.#hear(worker, data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#crash(event.message || "The worker's script could not be loaded.");
    });
    this.#post({ type: "load", manifest: this.#manifest });
  }

  #answer(question: (asked: number) => ToWorker): Promise<Answer> {
    return new Promise((answer, fail) => {
      this.#questions.set(++this.#asked, { answer, fail });
      this.#post(question(this.#asked));
    });
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #hear(worker: Worker, data: unknown): void {
    const message = worker === this.#worker ? heard(data) : undefined;
    if (!message) return;
    switch (message.type) {
      case "ready":
        this.#settle?.done();
        this.#settle = undefined;
        break;
      case "needs":
      case "visited":
        this.#questions.get(message.asked)?.answer(message);
        this.#questions.delete(message.asked);
        return;
      case "done":
        this.#ended(message.run);
        if (message.run !== this.#running) return;
        this.#running = undefined;
        break;
      case "failed":
        if (message.lost) return this.#crash(message.message);
        this.#calm();
        break;
    }
    this.#tell(message);
  }

  /** Give up a worker that has failed by itself, be it that it loads or that it ran. */
  #crash(message: string): void {
    this.#lose(this.#settle ? message : `Python has ended (${message}): ${FORGOTTEN}`);
  }

  /** Give the worker up, and say why: to who waits for it to load, else to the page. */
  #lose(message: string): void {
    const loading = this.#settle;
    loading?.fail(new Error(message));
    this.end();
    if (!loading) this.#tell({ type: "failed", message, lost: true });
  }

  #ended(run: string): void {
    if (this.#ending?.run !== run) return;
    window.clearTimeout(this.#ending.timer);
    this.#ending = undefined;
  }

  #calm(): void {
    this.#ended(this.#ending?.run ?? "");
    this.#running = undefined;
  }
}
