/** The frames with clients in JavaScript, and what they and the server say to each other. */

import { type FromServer, type Level, said, type ToFrame } from "../client/messages.ts";
import type { Asked } from "../messages.ts";

/** Which of the frames, as part of the name of its sockets. */
const MARK = ":";

/** Lines of a console that are passed on; what logs without an end must not fill the page. */
const MOST_LINES = 1000;

/** What becomes of what frames say. */
export interface Hearing {
  ask(asked: Asked): void;
  log(client: number, level: Level, text: string): void;
}

/** The frames of one run. */
export class Frames {
  readonly #parent: HTMLElement;
  readonly #page: URL;
  readonly #hearing: Hearing;
  #ports: MessagePort[] = [];
  #sockets = new Set<string>();

  /**
   * @param parent where they are shown.
   * @param page the address of client.html.
   */
  constructor(parent: HTMLElement, page: URL, hearing: Hearing) {
    this.#parent = parent;
    this.#page = page;
    this.#hearing = hearing;
  }

  /** Show a client so many times, each as a page of an origin. */
  show(source: string, count: number, origin: string): void {
    for (let client = 1; client <= count; client += 1) this.#add(client, count, source, origin);
  }

  /** Tell a socket of a frame what its server says. */
  tell(message: FromServer): void {
    const at = message.socket.indexOf(MARK);
    const port = this.#ports[Number(message.socket.slice(0, at)) - 1];
    if (message.type === "closed") this.#sockets.delete(message.socket);
    const told: ToFrame = { ...message, socket: message.socket.slice(at + 1) };
    port?.postMessage(told);
  }

  /** Take the frames away, and their sockets. */
  close(): void {
    for (const socket of this.#sockets) this.#hearing.ask({ type: "abandon", socket, origin: "" });
    for (const port of this.#ports) port.close();
    this.#sockets = new Set();
    this.#ports = [];
    this.#parent.replaceChildren();
  }

  #add(client: number, count: number, source: string, origin: string): void {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.title = count > 1 ? `Client ${client}` : "Client";
    frame.src = this.#page.href;
    const { port1, port2 } = new MessageChannel();
    this.#ports[client - 1] = port1;
    let lines = 0;
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = said(data);
      if (!message) return;
      if (message.type === "console") {
        lines += 1;
        if (lines <= MOST_LINES) this.#hearing.log(client, message.level, message.text);
        return;
      }
      const socket = `${client}${MARK}${message.socket}`;
      this.#sockets.add(socket);
      this.#hearing.ask({ ...message, socket, origin });
    };
    frame.addEventListener(
      "load",
      () => {
        frame.contentWindow?.postMessage({ base: `${origin}/` }, "*", [port2]);
        port1.postMessage({ type: "show", source } satisfies ToFrame);
      },
      { once: true },
    );
    this.#parent.append(frame);
  }
}
