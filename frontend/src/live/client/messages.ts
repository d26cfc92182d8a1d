/** What a frame with a client and the page around it say to each other, over one port. */

/**
 * What a WebSocket asks of the server; `socket` tells it from others of its frame. One that
 * is abandoned ends without a word, and is told nothing more.
 */
export type ToServer =
  | { readonly type: "connect"; readonly socket: string; readonly url: string; readonly protocols: readonly string[] }
  | { readonly type: "send"; readonly socket: string; readonly data: string | ArrayBuffer }
  | { readonly type: "close"; readonly socket: string; readonly code?: number; readonly reason?: string }
  | { readonly type: "abandon"; readonly socket: string };

/** What a WebSocket is told; `sent` counts the bytes of messages that have left. */
export type FromServer =
  | { readonly type: "opened"; readonly socket: string; readonly protocol: string; readonly extensions: string }
  | { readonly type: "message"; readonly socket: string; readonly data: string | ArrayBuffer }
  | { readonly type: "sent"; readonly socket: string; readonly bytes: number }
  | { readonly type: "errored"; readonly socket: string }
  | {
      readonly type: "closed";
      readonly socket: string;
      readonly code: number;
      readonly reason: string;
      readonly clean: boolean;
    };

export const LEVELS = ["debug", "log", "info", "warn", "error"] as const;

export type Level = (typeof LEVELS)[number];

/** A line for the console; what nobody caught is an `error`. */
export type Line = { readonly type: "console"; readonly level: Level; readonly text: string };

/** The script that the frame was to show has ended. */
export type Ended = { readonly type: "ended" };

export type FromFrame = ToServer | Line | Ended;

/** What the frame is to show: a script, or a page with scripts if it begins with "<". */
export type Show = { readonly type: "show"; readonly source: string };

/** How the page around is drawn: the frame is to be alike, as far as what it shows leaves that open. */
export type Scheme = { readonly type: "scheme"; readonly scheme: "light" | "dark" };

export type ToFrame = FromServer | Show | Scheme;

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isAbsentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const SHAPES: Readonly<Record<FromFrame["type"], Readonly<Record<string, Check>>>> = {
  connect: { socket: isText, url: isText, protocols: (value) => Array.isArray(value) && value.every(isText) },
  send: { socket: isText, data: (value) => isText(value) || value instanceof ArrayBuffer },
  close: { socket: isText, code: isAbsentOr(Number.isInteger), reason: isAbsentOr(isText) },
  abandon: { socket: isText },
  console: { level: (value) => LEVELS.some((it) => it === value), text: isText },
  ended: {},
};

/** Return what a frame said, undefined if it is no message: the reader's code runs in there. */
export function said(data: unknown): FromFrame | undefined {
  const fields = Object(data) as Record<string, unknown>;
  const { type } = fields;
  if (typeof type !== "string" || !Object.hasOwn(SHAPES, type)) return undefined;
  const shape = Object.entries(SHAPES[type as FromFrame["type"]]);
  return shape.every(([name, check]) => check(fields[name])) ? (fields as FromFrame) : undefined;
}
