/** What a page and its worker say to each other: plain objects, each with a type. */

import type { FromServer, ToServer } from "./client/messages.ts";

/** An output in nbformat's shape. Long texts may come in several parts. */
export type Output =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; readonly text: Text }
  | { readonly output_type: "error"; readonly ename: string; readonly evalue: string; readonly traceback: Text }
  | { readonly output_type: "display_data" | "execute_result"; readonly data: Bundle; readonly metadata?: Bundle };

export type Text = string | readonly string[];

export type Bundle = Readonly<Record<string, unknown>>;

export type Status = "ok" | "error" | "cancelled";

export type ToWorker =
  | { readonly type: "load"; readonly manifest: string }
  | { readonly type: "needs"; readonly asked: number; readonly sources: readonly string[] }
  | { readonly type: "run"; readonly run: string; readonly cell: string; readonly source: string }
  | { readonly type: "visit"; readonly asked: number; readonly server: string; readonly path: string }
  | { readonly type: "ended"; readonly script: string }
  | { readonly type: "stop" }
  | {
      readonly type: "play";
      readonly run: string;
      readonly application: string;
      readonly client: string;
      readonly options: Options;
    }
  | Asked;

/** What a WebSocket in a page of an origin asks. */
export type Asked = ToServer & { readonly origin: string };

/** Those of `wslab.lab.serve` that a reader may choose. */
export type Options = Readonly<Record<string, string | number>>;

export type FromWorker =
  | { readonly type: "progress"; readonly loaded: number; readonly total: number; readonly step: string }
  | { readonly type: "ready" }
  | { readonly type: "needs"; readonly asked: number; readonly needs: readonly (readonly number[])[] }
  | Visited
  | Script
  | { readonly type: "output"; readonly run: string; readonly cell: string; readonly output: Output }
  | Done
  | { readonly type: "failed"; readonly message: string; readonly lost: boolean }
  | { readonly type: "serving"; readonly run: string }
  | Grown
  | FromServer;

/** The end of a run, and its number: a traceback, and what names a cell, has it as "In [3]". */
export interface Done {
  readonly type: "done";
  readonly run: string;
  readonly cell: string;
  readonly status: Status;
  readonly number: number;
}

/** A page of a server: its address and its HTML, or the error that kept it. */
export interface Visited {
  readonly type: "visited";
  readonly asked: number;
  readonly url: string;
  readonly source: string;
  readonly error: string;
}

/** A module that a run of a cell has the page run in an empty one, with an address of that one's origin. */
export interface Script {
  readonly type: "script";
  /** Tells it from others. */
  readonly script: string;
  readonly run: string;
  readonly cell: string;
  readonly url: string;
  readonly source: string;
}

/** A connection's ladder, whole: as a drawing, and why it ended, with the section that shows it. */
export interface Grown {
  readonly type: "trace";
  readonly number: number;
  readonly html: string;
  readonly over: boolean;
  readonly why: string | null;
  readonly section: string | null;
}

type Check = (value: unknown) => boolean;

type Shapes = Readonly<Record<string, Readonly<Record<string, Check>>>>;

const isText: Check = (value) => typeof value === "string";
const isTextOrNull: Check = (value) => value === null || isText(value);
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isTruth: Check = (value) => typeof value === "boolean";
const isData: Check = (value) => isText(value) || value instanceof ArrayBuffer;
const isStatus: Check = (value) => value === "ok" || value === "error" || value === "cancelled";
const isTexts: Check = (value) => isText(value) || (Array.isArray(value) && value.every(isText));
const isBundle: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isNeeds: Check = (value) =>
  Array.isArray(value) && value.every((it: unknown) => Array.isArray(it) && it.every(isNumber));

const OUTPUTS: Shapes = {
  stream: { name: (value) => value === "stdout" || value === "stderr", text: isTexts },
  error: { ename: isText, evalue: isText, traceback: isTexts },
  display_data: { data: isBundle },
  execute_result: { data: isBundle },
};

const isOutput: Check = (value) => isShaped(value, "output_type", OUTPUTS);

const MESSAGES: Readonly<Record<FromWorker["type"], Readonly<Record<string, Check>>>> = {
  progress: { loaded: isNumber, total: isNumber, step: isText },
  ready: {},
  needs: { asked: isNumber, needs: isNeeds },
  visited: { asked: isNumber, url: isText, source: isText, error: isText },
  script: { script: isText, run: isText, cell: isText, url: isText, source: isText },
  output: { run: isText, cell: isText, output: isOutput },
  done: { run: isText, cell: isText, status: isStatus, number: isNumber },
  failed: { message: isText, lost: isTruth },
  opened: { socket: isText, protocol: isText, extensions: isText },
  message: { socket: isText, data: isData },
  sent: { socket: isText, bytes: isNumber },
  errored: { socket: isText },
  closed: { socket: isText, code: isNumber, reason: isText, clean: isTruth },
  serving: { run: isText },
  trace: { number: isNumber, html: isText, over: isTruth, why: isTextOrNull, section: isTextOrNull },
};

function isShaped(value: unknown, key: string, shapes: Shapes): boolean {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const name = fields[key];
  if (typeof name !== "string" || !Object.hasOwn(shapes, name)) return false;
  return Object.entries(shapes[name] ?? {}).every(([field, check]) => check(fields[field]));
}

/**
 * Return what a worker said, undefined if it is no message: the reader's code runs in
 * there, and can post whatever it likes.
 */
export function heard(data: unknown): FromWorker | undefined {
  return isShaped(data, "type", MESSAGES) ? (data as FromWorker) : undefined;
}

/** Return a text that may have come in parts. */
export function joined(text: Text): string {
  return typeof text === "string" ? text : text.join("");
}
