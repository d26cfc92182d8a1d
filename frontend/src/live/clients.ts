/** The clients of a chapter that are pages or scripts: the reader's browser has them below their cells. */

import type { FromServer, Level } from "./client/messages.ts";
import { Frames } from "./frames.ts";
import type { Asked, Script, Visited } from "./messages.ts";
import { Outputs } from "./outputs.ts";

const RUNS = "Your browser, in this page: it runs this cell's script, and has in its console";

/** The pages that are opened below a cell, as notebooks/live.toml has them. */
export interface Opened {
  /** The name of the server in the notebook. */
  readonly server: string;
  /** The paths that are opened, each in a frame of its own. */
  readonly pages: readonly string[];
}

/** Where the pages come from, and who hears what sockets ask and that scripts have ended. */
export interface Source {
  visit(server: string, path: string): Promise<Visited>;
  ended(script: string): void;
  ask(asked: Asked): void;
}

/** The groups of frames, each below one cell. */
export class Clients {
  readonly #source: Source;
  readonly #frames: Frames;
  readonly #groups = new Map<HTMLElement, HTMLElement>();

  constructor(source: Source) {
    this.#source = source;
    this.#frames = new Frames(new URL("./client.html", import.meta.url), (asked) => source.ask(asked));
  }

  /** Open pages below a cell, in place of what is there. */
  async show(cell: HTMLElement, { server, pages }: Opened): Promise<void> {
    this.close(cell);
    const group = this.#group(cell);
    const visited = await Promise.all(pages.map((path) => this.#source.visit(server, path)));
    if (this.#groups.get(cell) !== group) return;
    group.append(element("p", told(visited), "live-told"));
    if (visited.some((it) => it.error)) return;
    const end = group.appendChild(element("div"));
    const lines = consoleAfter(end);
    for (const [index, { url, source }] of visited.entries()) {
      const from = visited.length > 1 ? `page ${index + 1}: ` : "";
      const log = (level: Level, text: string): void => lines.log(level, `${from}${text}`);
      const figure = element("figure");
      figure.append(element("figcaption", url));
      end.before(figure);
      this.#frames.show(figure, { source, url, title: `Your browser, page ${index + 1} of ${visited.length}`, log });
    }
  }

  /** Run a script below a cell, in an empty page that is closed when it has ended. */
  run(cell: HTMLElement, { script, url, source }: Script): void {
    const group = this.#groups.get(cell) ?? this.#group(cell);
    group.append(element("p", RUNS, "live-told"));
    const figure = group.appendChild(element("figure"));
    figure.hidden = true;
    const lines = consoleAfter(figure);
    const ended = (): void => {
      this.#frames.close(figure);
      this.#source.ended(script);
    };
    const log = (level: Level, text: string): void => lines.log(level, text);
    this.#frames.show(figure, { source, url, title: "Your browser, an empty page", log, ended });
  }

  /** Tell a page's socket what its server says. */
  tell(message: FromServer): void {
    this.#frames.tell(message);
  }

  /** Close what is open below a cell; without one, all. */
  close(cell?: HTMLElement): void {
    for (const [it, group] of this.#groups) {
      if (cell && it !== cell) continue;
      this.#groups.delete(it);
      this.#frames.close(group);
      group.remove();
    }
  }

  #group(cell: HTMLElement): HTMLElement {
    const group = element("div", "", "live-clients");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Your browser, in this page");
    cell.append(group);
    this.#groups.set(cell, group);
    return group;
  }
}

/** Return a console for frames, below an element. */
function consoleAfter(element: HTMLElement): Outputs {
  const lines = new Outputs(element, [], "your browser's console");
  lines.begin();
  return lines;
}

/** Return what stands above the frames. */
function told(visited: readonly Visited[]): string {
  const error = visited.find((it) => it.error)?.error;
  if (error) return `Your browser could not open the page: ${error}.`;
  const pages = visited.length > 1 ? `${visited.length} pages` : "a page";
  return `Your browser, in this page: ${pages} of the server that runs here. Use them as you would in tabs.`;
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  textContent = "",
  className = "",
): HTMLElementTagNameMap[Tag] {
  return Object.assign(document.createElement(tag), { textContent, className });
}
