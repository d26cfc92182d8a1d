/** Which connections a reader wants to see, in which order, as data. */

import { codeOf, lasted, placeOf, stateOf, type Summary } from "./summary.ts";

const KEYS = {
  number: (it: Summary) => it.number,
  path: (it: Summary) => it.path,
  code: (it: Summary) => it.code ?? it.status ?? -1,
  why: (it: Summary) => it.why ?? "",
  reason: (it: Summary) => it.reason ?? "",
  by: (it: Summary) => it.closedBy ?? "",
  duration: (it: Summary, now: number) => lasted(it, now) ?? -1,
  client: (it: Summary) => it.fromClient.bytes,
  server: (it: Summary) => it.fromServer.bytes,
  address: (it: Summary) => it.client ?? "",
} as const;

export type Key = keyof typeof KEYS;

export interface Query {
  /** Words that a connection must all have, in any column. */
  readonly text: string;
  readonly state: "" | "live" | "ended";
  readonly path: string;
  readonly code: string;
  readonly failures: boolean;
  /** Also connections on which nobody asked for a WebSocket. */
  readonly http: boolean;
  readonly sort: Key;
  readonly down: boolean;
  /** The number of the connection that is open, 0 for none. */
  readonly open: number;
}

export const EVERYTHING: Query = {
  text: "",
  state: "",
  path: "",
  code: "",
  failures: false,
  http: false,
  sort: "number",
  down: false,
  open: 0,
};

export function isKey(name: string): name is Key {
  return Object.hasOwn(KEYS, name);
}

/** Return the query that an address's fragment says; what it does not say is open. */
export function parse(fragment: string): Query {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const state = said.get("state");
  const sort = said.get("sort") ?? "";
  const name = sort.replace(/^-/, "");
  const open = Number(said.get("open"));
  return {
    text: said.get("find") ?? "",
    state: state === "live" || state === "ended" ? state : "",
    path: said.get("path") ?? "",
    code: said.get("code") ?? "",
    failures: said.get("failures") === "1",
    http: said.get("http") === "1",
    sort: isKey(name) ? name : "number",
    down: isKey(name) && sort.startsWith("-"),
    open: Number.isSafeInteger(open) && open > 0 ? open : 0,
  };
}

/** Return a query as a fragment, "" where it shows everything. */
export function format(query: Query): string {
  const sort = `${query.down ? "-" : ""}${query.sort}`;
  const said: [string, string][] = [
    ["find", query.text],
    ["state", query.state],
    ["path", query.path],
    ["code", query.code],
    ["failures", query.failures ? "1" : ""],
    ["http", query.http ? "1" : ""],
    ["sort", sort === "number" ? "" : sort],
    ["open", query.open ? `${query.open}` : ""],
  ];
  const parts = said
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2F", "/")}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

/** Return all that can be found of a connection, in lower case. */
export function findable(it: Summary): string {
  const said = [`#${it.number}`, it.path, it.client, codeOf(it), it.reason, it.closedBy, it.cause, it.why, stateOf(it)];
  return said.join("\n").toLowerCase();
}

/** Return whether a query shows a connection, of which `text` is what can be found. */
export function shows(query: Query, it: Summary, text: string): boolean {
  if (!query.http && !it.websocket) return false;
  if (query.state && (query.state === "live") !== it.live) return false;
  if (query.failures && !it.failed) return false;
  if (query.path && placeOf(it) !== query.path) return false;
  if (query.code && codeOf(it) !== query.code) return false;
  return words(query.text).every((word) => text.includes(word));
}

function words(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Return how two connections are ordered; equal ones stay in the order of their numbers. */
export function comparing(query: Query, now: number): (a: Summary, b: Summary) => number {
  const key = KEYS[query.sort];
  const sign = query.down ? -1 : 1;
  return (a, b) => {
    const [one, other] = [key(a, now), key(b, now)];
    return sign * (one < other ? -1 : one > other ? 1 : a.number - b.number);
  };
}
