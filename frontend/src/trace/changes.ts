/** The connections as they change: server-sent events, while the page is seen. */

import type { Summary } from "./summary.ts";
import { withToken } from "./token.ts";

export interface Changes {
  /** What is traced, as "module:app", or the address of a server. */
  readonly app: string;
  /** What was known before is of another run. */
  readonly new: boolean;
  readonly connections: readonly Summary[];
  /** The numbers of all that the server keeps, null where none was dropped. */
  readonly numbers: readonly number[] | null;
  readonly leftOut: number;
}

export type State = "connecting" | "live" | "ended" | "refused";

/** Listens while the page is visible; what happened meanwhile comes when it is again. */
export class Listener {
  readonly #changed: (changes: Changes) => void;
  readonly #told: (state: State) => void;
  #source: EventSource | null = null;
  #last = "";

  constructor(changed: (changes: Changes) => void, told: (state: State) => void) {
    this.#changed = changed;
    this.#told = told;
  }

  start(): void {
    document.addEventListener("visibilitychange", () => this.#listen());
    this.#listen();
  }

  #listen(): void {
    if (document.hidden) {
      this.#source?.close();
      this.#source = null;
    } else if (!this.#source) {
      this.#open();
    }
  }

  #open(): void {
    const source = new EventSource(withToken(`changes?since=${encodeURIComponent(this.#last)}`));
    this.#source = source;
    source.addEventListener("message", (event: MessageEvent<string>) => {
      this.#last = event.lastEventId;
      this.#told("live");
      this.#changed(JSON.parse(event.data) as Changes);
    });
    source.addEventListener("open", () => this.#told("live"));
    source.addEventListener("end", () => {
      source.close();
      this.#told("ended");
    });
    source.addEventListener("error", () => {
      if (this.#source !== source) return;
      this.#told(source.readyState === EventSource.CLOSED ? "refused" : "connecting");
    });
  }
}
