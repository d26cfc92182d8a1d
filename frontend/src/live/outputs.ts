/** A cell's outputs: those that were published, and the reader's own in their place. */

import type { Level } from "./client/messages.ts";
import { framed } from "./frame.ts";
import { type Bundle, joined, type Output } from "./messages.ts";
import { bounded, LIMIT, LONG, plain } from "./text.ts";

/** Outputs of one run that a page shows. */
const MOST = 200;

const PICTURES = ["image/svg+xml", "image/png", "image/jpeg"];

/** A text that grows; what is more than a page shows is only counted. */
interface Stream {
  readonly name: string;
  readonly element: HTMLElement;
  text: string;
  length: number;
  /** Whether the next frame of the screen draws it. */
  isDue: boolean;
}

/** What hangs below one code block. */
export class Outputs {
  readonly #published: readonly HTMLElement[];
  readonly #own = document.createElement("div");
  readonly #label: string;
  #stream: Stream | undefined;
  #count = 0;
  #ownShown = false;

  /**
   * @param after what the outputs stand below.
   * @param published the page's own outputs of the cell.
   * @param label what the cell is called.
   */
  constructor(after: HTMLElement, published: readonly HTMLElement[], label: string) {
    this.#published = published;
    this.#label = label;
    this.#own.className = "output live-own";
    this.#own.setAttribute("role", "group");
    this.#own.setAttribute("aria-label", `Your output of ${label}`);
    this.#own.hidden = true;
    after.after(this.#own);
  }

  /** Whether there is something published to go back to. */
  get hasPublished(): boolean {
    return this.#published.length > 0;
  }

  /** Whether there is an output of the reader's own. */
  get hasOwn(): boolean {
    return this.#own.firstChild !== null;
  }

  /** Whether the reader's own outputs are what is shown. */
  get ownShown(): boolean {
    return this.#ownShown;
  }

  /** Add a line of a browser's console. */
  log(level: Level, line: string): void {
    const name = level === "error" || level === "warn" ? "stderr" : "stdout";
    this.add({ output_type: "stream", name, text: `${line}\n` });
  }

  /** Make room for the outputs of a new run. */
  begin(): void {
    this.#own.replaceChildren();
    this.#stream = undefined;
    this.#count = 0;
    this.show(true);
  }

  /** Show the reader's own outputs, or those that were published. */
  show(own: boolean): void {
    this.#ownShown = own;
    this.#own.hidden = !own || !this.hasOwn;
    for (const element of this.#published) element.hidden = own;
  }

  /** Take the reader's own outputs away. */
  clear(): void {
    this.#own.replaceChildren();
    this.show(false);
  }

  /** Show one more output. */
  add(output: Output): void {
    if (output.output_type === "stream") {
      this.#write(output.name, joined(output.text));
    } else {
      this.#stream = undefined;
      const isError = output.output_type === "error";
      if (!this.#admit() && !isError) return;
      const shown = isError ? traceback(output) : this.#rich(output.data);
      if (shown) this.#own.append(shown);
    }
    this.#own.hidden = !this.#ownShown || !this.hasOwn;
  }

  #write(name: string, text: string): void {
    if (this.#stream?.name !== name) {
      this.#stream = undefined;
      if (!this.#admit()) return;
      this.#stream = { name, element: block("", name), text: "", length: 0, isDue: false };
    }
    const stream = this.#stream;
    stream.length += text.length;
    stream.text = (stream.text + text).slice(0, LIMIT);
    if (!stream.element.isConnected && stream.text.trim()) this.#own.append(stream.element);
    draw(stream);
  }

  /** Count an output, and return whether it is shown: of what is more than a page shows, only the first is told. */
  #admit(): boolean {
    this.#count += 1;
    if (this.#count === MOST + 1) this.#own.append(block(`… more than ${MOST} outputs: the rest is left out`, "stderr"));
    return this.#count <= MOST;
  }

  #rich(data: Bundle): HTMLElement | undefined {
    const title = `Your output of ${this.#label}`;
    const html = textOf(data["text/html"]);
    if (html !== undefined) return rich(framed(html, title));
    const kind = PICTURES.find((it) => textOf(data[it]) !== undefined);
    if (kind) return picture(kind, textOf(data[kind]) ?? "", textOf(data["text/plain"]) ?? title);
    const text = textOf(data["text/markdown"]) ?? textOf(data["text/plain"]);
    return text?.trim() ? block(text, "result") : undefined;
  }
}

/** Draw a stream; one that is longer than what is shown at most once a frame, for a loop may print without an end. */
function draw(stream: Stream): void {
  if (stream.length <= LIMIT) return write(stream);
  if (stream.isDue) return;
  stream.isDue = true;
  requestAnimationFrame(() => {
    stream.isDue = false;
    write(stream);
  });
}

function write({ element, name, text, length }: Stream): void {
  fill(element, bounded(plain(text).trimEnd(), length), name);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return Array.isArray(value) && value.every((it) => typeof it === "string") ? joined(value) : undefined;
}

function rich(child: HTMLElement): HTMLElement {
  const element = document.createElement("div");
  element.className = "rich";
  element.append(child);
  return element;
}

/** As an image, whose scripts do not run and which loads nothing. */
function picture(kind: string, content: string, alt: string): HTMLElement {
  const image = document.createElement("img");
  const isText = kind.endsWith("xml");
  image.src = `data:${kind}${isText ? `;charset=utf-8,${encodeURIComponent(content)}` : `;base64,${content}`}`;
  image.alt = alt;
  return rich(image);
}

function traceback(error: Output & { output_type: "error" }): HTMLElement {
  const { traceback, ename, evalue } = error;
  const text = typeof traceback === "string" ? traceback : traceback.join("\n");
  return block(text.trim() ? text : `${ename}: ${evalue}`, "error");
}

function block(text: string, kind: string): HTMLElement {
  const element = document.createElement("pre");
  element.append(document.createElement("samp"));
  fill(element, bounded(plain(text).trimEnd()), kind);
  return element;
}

function fill(element: HTMLElement, shown: string, kind: string): void {
  const isLong = shown.split("\n").length > LONG;
  element.className = isLong ? `${kind} long` : kind;
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", kind === "error" ? "Traceback" : "Output text");
  const samp = element.firstElementChild;
  if (samp) samp.textContent = shown;
}
