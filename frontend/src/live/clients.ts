/** The clients of a chapter that are pages: the reader's browser shows them below a cell. */

import type { FromServer, Level } from "./client/messages.ts";
import { Frames } from "./frames.ts";
import type { Asked, Visited } from "./messages.ts";
import type { Outputs } from "./outputs.ts";

/** The pages of a cell, as notebooks/live.toml has them. */
export interface Pages {
  /** The name of the server in the notebook. */
  readonly server: string;
  /** What of it is opened, each in a frame of its own. */
  readonly pages: readonly string[];
}

/** Where the pages come from, and who hears what their sockets ask. */
export interface Source {
  visit(server: string, path: string): Promise<Visited>;
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

  /**
   * Open pages below a cell, in place of those that are there.
   *
   * @param cell its container.
   * @param outputs get what the pages' consoles have.
   */
  async show(cell: HTMLElement, { server, pages }: Pages, outputs: Outputs): Promise<void> {
    this.close(cell);
    const group = document.createElement("div");
    group.className = "live-clients";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Your browser, in this page");
    this.#groups.set(cell, group);
    const visited = await Promise.all(pages.map((path) => this.#source.visit(server, path)));
    if (this.#groups.get(cell) !== group) return;
    cell.append(group);
    group.append(Object.assign(document.createElement("p"), { className: "live-told", textContent: told(visited) }));
    for (const [index, { url, source, error }] of visited.entries()) {
      if (error) continue;
      const path = pages[index] ?? "";
      const figure = document.createElement("figure");
      figure.append(Object.assign(document.createElement("figcaption"), { textContent: url }));
      group.append(figure);
      const log = (level: Level, text: string): void => {
        const name = level === "error" || level === "warn" ? "stderr" : "stdout";
        outputs.add({ output_type: "stream", name, text: `${path}: ${text}\n` });
      };
      const title = `Your browser at ${path}, page ${index + 1}`;
      this.#frames.show(figure, { source, origin: new URL(url).origin, path, title, log });
    }
  }

  /** Tell a page's socket what its server says. */
  tell(message: FromServer): void {
    this.#frames.tell(message);
  }

  /** Close the pages below a cell; without one, all. */
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
function told(visited: readonly Visited[]): string {
  const error = visited.find((it) => it.error)?.error;
  if (error) return `Your browser could not open the page: ${error}.`;
  const pages = visited.length > 1 ? `${visited.length} pages` : "a page";
  return `Your browser, in this page: ${pages} of the server that runs here. Use them as you would in tabs.`;
}
