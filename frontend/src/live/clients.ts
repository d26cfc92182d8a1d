/** The clients of a chapter that are pages or scripts: the reader's browser has them below a cell. */

import type { FromServer, Level } from "./client/messages.ts";
import { Frames } from "./frames.ts";
import type { Asked, Visited } from "./messages.ts";
import { Outputs } from "./outputs.ts";

/** What is opened below a cell, as notebooks/live.toml has it. */
export interface Opened {
  /** The name of the server in the notebook. */
  readonly server: string;
  /** The paths that are opened, each in a frame of its own; of a script its `url`. */
  readonly pages: readonly string[];
  /** The name of a script that runs in an empty page instead; "" for none. */
  readonly script: string;
}

/** Where the pages come from, and who hears what their sockets ask. */
export interface Source {
  visit(server: string, path: string, script: string): Promise<Visited>;
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

  /** Open what belongs below a cell, in place of what is there. */
  async show(cell: HTMLElement, { server, pages, script }: Opened): Promise<void> {
    this.close(cell);
    const group = document.createElement("div");
    group.className = "live-clients";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Your browser, in this page");
    this.#groups.set(cell, group);
    const visited = await Promise.all(pages.map((path) => this.#source.visit(server, path, script)));
    if (this.#groups.get(cell) !== group) return;
    cell.append(group);
    group.append(element("p", told(visited, script), "live-told"));
    if (visited.some((it) => it.error)) return;
    const end = group.appendChild(element("div"));
    const lines = new Outputs(end, [], "your browser's console");
    lines.begin();
    for (const [index, { url, source }] of visited.entries()) {
      const from = visited.length > 1 ? `page ${index + 1}: ` : "";
      const log = (level: Level, text: string): void => lines.log(level, `${from}${text}`);
      const figure = element("figure");
      figure.hidden = script !== "";
      figure.append(element("figcaption", url));
      end.before(figure);
      const { origin, pathname, search } = new URL(url);
      const title = `Your browser, page ${index + 1} of ${visited.length}`;
      this.#frames.show(figure, { source, origin, path: pathname + search, title, log });
    }
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
}

/** Return what stands above the frames. */
function told(visited: readonly Visited[], script: string): string {
  const error = visited.find((it) => it.error)?.error;
  if (error) return `Your browser could not open the page: ${error}.`;
  if (script) return `Your browser, in this page: it runs the script ${script}, and has in its console`;
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
