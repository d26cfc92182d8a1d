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

export type FromFrame = ToServer | Line;

/** What the frame is to show: a script, or a page with scripts if it begins with "<". */
export type Show = { readonly type: "show"; readonly source: string };

export type ToFrame = FromServer | Show;
