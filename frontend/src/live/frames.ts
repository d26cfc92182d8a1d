/** The frames with clients in JavaScript, and what they and the server say to each other. */

import { type FromServer, type Level, type Scheme, said, type ToFrame } from "./client/messages.ts";
import type { Asked } from "./messages.ts";

/** What divides the name of a frame from that of one of its sockets. */
const MARK = ":";

/** Lines of a console that are passed on; what logs without an end must not fill the page. */
const MOST_LINES = 1000;

const MISSING = "It could not be loaded: there is no network, or the site is down. Run again once it is back.";

/** A client, and what its frame stands for. */
export interface Client {
  /** A script, or a page with scripts if it begins with "<". */
  readonly source: string;
  /** The address of the page that the frame stands for. */
  readonly url: string;
  /** What the frame is called. */
  readonly title: string;
  /** Hears each line of its console. */
  log(level: Level, text: string): void;
  /** Hears that its script has ended, where that says so. */
  ended?(): void;
}

interface Frame {
  readonly element: HTMLIFrameElement;
  readonly port: MessagePort;
  readonly sockets: Set<string>;
}

/** All frames of a page. */
export class Frames {
  readonly #page: URL;
  readonly #ask: (asked: Asked) => void;
  readonly #frames = new Map<string, Frame>();
  #count = 0;

  /**
   * @param page the address of client.html.
   * @param ask hears what sockets ask of their servers.
   */
  constructor(page: URL, ask: (asked: Asked) => void) {
    this.#page = page;
    this.#ask = ask;
    new MutationObserver(() => {
      for (const { port } of this.#frames.values()) port.postMessage(scheme());
    }).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  }

  /** Show a client as the last thing in an element. */
  show(parent: HTMLElement, client: Client): void {
    this.#count += 1;
    const name = `${this.#count}`;
    const { source } = client;
    const { origin, search, href } = new URL(client.url);
    const element = document.createElement("iframe");
    element.setAttribute("sandbox", "allow-scripts");
    element.title = client.title;
    // Its scripts read the query of the page that it stands for in their own `location`.
    element.src = `${this.#page.href}${search}`;
    const { port1: port, port2 } = new MessageChannel();
    this.#frames.set(name, { element, port, sockets: new Set() });
    let lines = 0;
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = said(data);
      if (message?.type === "ended") client.ended?.();
      else if (message?.type !== "console") {
        if (message) this.#pass(name, { ...message, origin });
      } else if (++lines <= MOST_LINES) client.log(message.level, message.text);
    };
    element.addEventListener(
      "load",
      () => {
        element.contentWindow?.postMessage({ base: href }, "*", [port2]);
        port.postMessage(scheme());
        port.postMessage({ type: "show", source } satisfies ToFrame);
      },
      { once: true },
    );
    parent.append(element);
    // A frame does not say that its page could not be loaded.
    fetch(this.#page).then(({ ok }) => ok, () => false).then((there) => {
      if (there || !this.#frames.has(name)) return;
      client.log("error", MISSING);
      client.ended?.();
    });
  }

  /** Tell a socket of a frame what its server says. */
  tell(message: FromServer): void {
    const at = message.socket.indexOf(MARK);
    const frame = this.#frames.get(message.socket.slice(0, at));
    if (message.type === "closed") frame?.sockets.delete(message.socket);
    frame?.port.postMessage({ ...message, socket: message.socket.slice(at + 1) } satisfies ToFrame);
  }

  /** Take the frames in an element away, and their sockets. */
  close(parent: HTMLElement): void {
    for (const [name, { element, port, sockets }] of this.#frames) {
      if (!parent.contains(element)) continue;
      for (const socket of sockets) this.#ask({ type: "abandon", socket, origin: "" });
      port.close();
      this.#frames.delete(name);
    }
    parent.replaceChildren();
  }

  #pass(name: string, asked: Asked): void {
    const socket = `${name}${MARK}${asked.socket}`;
    this.#frames.get(name)?.sockets.add(socket);
    this.#ask({ ...asked, socket });
  }
}

/** Return how this page is drawn, by the system or by the site's switch. */
function scheme(): Scheme {
  const dark = getComputedStyle(document.body).colorScheme === "dark";
  return { type: "scheme", scheme: dark ? "dark" : "light" };
}
