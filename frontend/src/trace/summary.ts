/** What the server tells of a connection, and how the list says it. */

export interface Flow {
  readonly messages: number;
  readonly bytes: number;
}

/** One connection; times in seconds, `began` since the epoch. */
export interface Summary {
  readonly number: number;
  readonly version: number;
  readonly live: boolean;
  /** The connection has ended, and the application's call has not. */
  readonly running: boolean;
  readonly websocket: boolean;
  readonly path: string;
  readonly client: string | null;
  readonly code: number | null;
  /** Of a response that made no WebSocket. */
  readonly status: number | null;
  readonly reason: string | null;
  readonly closedBy: "client" | "server" | null;
  readonly began: number | null;
  readonly duration: number | null;
  readonly fromClient: Flow;
  readonly fromServer: Flow;
  /** Whether the bytes of all frames were counted. */
  readonly whole: boolean;
  readonly cause: string | null;
  readonly why: string | null;
  readonly failed: boolean;
}

/** Return the close code or, where no WebSocket was made, the status; "" for neither. */
export function codeOf(summary: Summary): string {
  return `${summary.code ?? summary.status ?? ""}`;
}

/** Return the path without its query. */
export function placeOf(summary: Summary): string {
  return summary.path.split("?", 1)[0] ?? "";
}

export function stateOf(summary: Summary): string {
  if (summary.running) return "handler runs";
  return summary.live ? "live" : "ended";
}

/** Return how long it lasted in seconds, until `now` while it lives; null if unknown. */
export function lasted(summary: Summary, now: number): number | null {
  if (summary.duration !== null || !summary.live || summary.began === null) return summary.duration;
  return Math.max(0, now - summary.began);
}

/** Return seconds in two or three digits, as "12 ms", "1.25 s", "3:05", "2 h 5 min". */
export function seconds(value: number): string {
  if (value < 0.001) return `${Math.round(value * 1e6)} µs`;
  if (value < 0.01) return `${(value * 1e3).toFixed(1)} ms`;
  if (value < 0.9995) return `${Math.round(value * 1e3)} ms`;
  if (value < 9.995) return `${value.toFixed(2)} s`;
  if (value < 59.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 3600) return `${Math.floor(whole / 60)}:${`${whole % 60}`.padStart(2, "0")} min`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Return a number of bytes, as "17 B", "1.2 kB", "34 MB". */
export function bytes(value: number): string {
  let rest = value;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (rest < 999.5) return `${rest < 9.95 && unit !== "B" ? rest.toFixed(1) : Math.round(rest)} ${unit}`;
    rest /= 1000;
  }
  return `${Math.round(rest)} TB`;
}

/** Return messages and bytes, as "3 · 45 B", "" where nothing passed. */
export function flow({ messages, bytes: size }: Flow, whole: boolean): string {
  return messages || size ? `${messages} · ${whole ? "" : "≥ "}${bytes(size)}` : "";
}
