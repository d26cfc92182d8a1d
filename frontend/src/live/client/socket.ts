/** The browser's own interface `WebSocket`, over a port to a page that has the server. */

import { address, offer } from "./address.ts";
import { defineHandlers, Handlers } from "./handlers.ts";
import type { FromServer, ToServer } from "./messages.ts";

type Data = string | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;
const { CONNECTING, OPEN, CLOSING, CLOSED } = STATES;

/** Bytes that a reason may have: a control frame's 125, less the code's. */
const LONGEST_REASON = 123;

/** What a script uses as `WebSocket`, and what has its sockets hear of the server. */
export interface Sockets {
  readonly WebSocket: typeof WebSocket;
  hear(message: FromServer): void;
}

/**
 * Return a class that is used as the browser's (WHATWG, "WebSockets").
 *
 * @param post passes on what a socket asks.
 * @param base the address of the page that the frame stands for.
 * @param here the frame's own.
 */
export function socketsOver(post: (message: ToServer) => void, base: string, here: string): Sockets {
  const hearing = new Map<string, (message: FromServer) => void>();
  let count = 0;

  class Socket extends EventTarget {
    readonly #url: URL;
    readonly #name = `${(count += 1)}`;
    readonly #handlers = new Handlers(this);
    #readyState: number = CONNECTING;
    #bufferedAmount = 0;
    #protocol = "";
    #extensions = "";
    #binaryType: BinaryType = "blob";
    /** Messages, and a close, that wait until a Blob before them is read. */
    #unread: Promise<unknown> | null = null;

    constructor(...[url, protocols = []]: [url: string | URL, protocols?: string | Iterable<string>]) {
      super();
      if (arguments.length === 0) {
        throw new TypeError("Failed to construct 'WebSocket': 1 argument required, but only 0 present.");
      }
      this.#url = address(url, base, here);
      const offered = offer(protocols);
      hearing.set(this.#name, (message) => this.#hear(message));
      post({ type: "connect", socket: this.#name, url: this.#url.href, protocols: offered });
    }

    static handlersOf(socket: Socket): Handlers {
      return socket.#handlers;
    }

    get url(): string {
      return this.#url.href;
    }

    get readyState(): number {
      return this.#readyState;
    }

    get bufferedAmount(): number {
      return this.#bufferedAmount;
    }

    get protocol(): string {
      return this.#protocol;
    }

    get extensions(): string {
      return this.#extensions;
    }

    get binaryType(): BinaryType {
      return this.#binaryType;
    }

    set binaryType(type: BinaryType) {
      if (type === "blob" || type === "arraybuffer") this.#binaryType = type;
    }

    send(...[data]: [data: Data]): void {
      if (arguments.length === 0) throw new TypeError(failed("send", "1 argument required, but only 0 present."));
      if (this.#readyState === CONNECTING) {
        throw new DOMException(failed("send", "Still in CONNECTING state."), "InvalidStateError");
      }
      if (data instanceof Blob) {
        this.#count(data.size);
        this.#pass(data.arrayBuffer().then((read) => this.#message(read)));
        return;
      }
      const content = typeof data === "object" && data !== null ? copied(data) : wellFormed(String(data));
      this.#count(typeof content === "string" ? bytes(content) : content.byteLength);
      this.#pass(this.#message(content));
    }

    close(code?: number, reason?: string): void {
      const status = code === undefined ? undefined : clamped(code);
      if (status !== undefined && status !== 1000 && !(status >= 3000 && status <= 4999)) {
        const said = `The close code must be either 1000, or between 3000 and 4999. ${status} is neither.`;
        throw new DOMException(failed("close", said), "InvalidAccessError");
      }
      const why = reason === undefined ? "" : wellFormed(String(reason));
      if (bytes(why) > LONGEST_REASON) {
        const said = `The close reason must not be greater than ${LONGEST_REASON} UTF-8 bytes.`;
        throw new DOMException(failed("close", said), "SyntaxError");
      }
      if (this.#readyState === CONNECTING) this.#abandon();
      else this.#pass({ type: "close", socket: this.#name, ...(status !== undefined && { code: status, reason: why }) });
      if (this.#readyState < CLOSING) this.#readyState = CLOSING;
    }

    /** Give up a connection that is not open yet: it fails, whatever the server says. */
    #abandon(): void {
      hearing.delete(this.#name);
      post({ type: "abandon", socket: this.#name });
      setTimeout(() => {
        this.#hear({ type: "errored", socket: this.#name });
        this.#hear({ type: "closed", socket: this.#name, code: 1006, reason: "", clean: false });
      });
    }

    #count(size: number): void {
      this.#bufferedAmount += size;
    }

    #message(data: string | ArrayBuffer): ToServer {
      return { type: "send", socket: this.#name, data };
    }

    /** Pass a message on, after those before it; none once the socket is closing. */
    #pass(message: ToServer | Promise<ToServer>): void {
      if (this.#readyState >= CLOSING) return;
      if (!this.#unread && !(message instanceof Promise)) {
        post(message);
        return;
      }
      const passed = Promise.resolve(this.#unread)
        .then(() => message)
        .then(post)
        .finally(() => {
          if (this.#unread === passed) this.#unread = null;
        });
      this.#unread = passed;
    }

    #hear(message: FromServer): void {
      switch (message.type) {
        case "opened":
          if (this.#readyState !== CONNECTING) return;
          this.#readyState = OPEN;
          this.#protocol = message.protocol;
          this.#extensions = message.extensions;
          this.dispatchEvent(new Event("open"));
          break;
        case "message":
          if (this.#readyState !== OPEN) return;
          this.dispatchEvent(
            new MessageEvent("message", { data: this.#received(message.data), origin: this.#url.origin }),
          );
          break;
        case "sent":
          this.#bufferedAmount -= message.bytes;
          break;
        case "errored":
          this.#readyState = CLOSED;
          this.dispatchEvent(new Event("error"));
          break;
        case "closed":
          this.#readyState = CLOSED;
          hearing.delete(this.#name);
          this.dispatchEvent(
            new CloseEvent("close", { code: message.code, reason: message.reason, wasClean: message.clean }),
          );
          break;
      }
    }

    #received(data: string | ArrayBuffer): string | ArrayBuffer | Blob {
      return typeof data === "string" || this.#binaryType === "arraybuffer" ? data : new Blob([data]);
    }
  }

  for (const place of [Socket, Socket.prototype])
    for (const [name, value] of Object.entries(STATES)) Object.defineProperty(place, name, { enumerable: true, value });
  defineHandlers(Socket.prototype, ["open", "message", "error", "close"], Socket.handlersOf);
  Reflect.deleteProperty(Socket, "handlersOf");
  for (const name of ["url", "readyState", "bufferedAmount", "protocol", "extensions", "binaryType", "send", "close"])
    Object.defineProperty(Socket.prototype, name, { enumerable: true });
  Object.defineProperty(Socket.prototype, Symbol.toStringTag, { configurable: true, value: "WebSocket" });
  Object.defineProperty(Socket, "name", { configurable: true, value: "WebSocket" });
  Object.defineProperty(Socket, "length", { configurable: true, value: 1 });
  return {
    WebSocket: Socket as unknown as typeof WebSocket,
    hear: (message) => hearing.get(message.socket)?.(message),
  };
}

function failed(method: string, said: string): string {
  return `Failed to execute '${method}' on 'WebSocket': ${said}`;
}

/** Return a number as Web IDL's [Clamp] makes an unsigned short of it. */
function clamped(value: unknown): number {
  const number = Math.min(Math.max(Number(value) || 0, 0), 0xffff);
  const below = Math.floor(number);
  const rest = number - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Return a text without halves of surrogate pairs, as a USVString is. */
function wellFormed(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

/** Return the bytes of what is sent, as they are now; of what has none its text. */
function copied(data: object): string | ArrayBuffer {
  if (data instanceof ArrayBuffer) return data.slice(0);
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice().buffer as ArrayBuffer;
  }
  return wellFormed(String(data));
}
