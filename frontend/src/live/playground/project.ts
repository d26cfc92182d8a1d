/** What a playground has in it: an application, its client, and how uvicorn is to run. */

import type { Options } from "../messages.ts";
import { fragment, shared } from "../share.ts";

/** An application and its client, whose name ends in ".py", ".js" or ".html". */
export interface Project {
  readonly name: string;
  readonly application: string;
  readonly client: Client;
  readonly options: Options;
}

/** A client: its source, and if that is for pages how many there are, and of which origin. */
export interface Client {
  readonly kind: Kind;
  readonly source: string;
  readonly pages: number;
  readonly origin: string;
}

export const KINDS = { py: "Python", js: "JavaScript", html: "a page" } as const;

export type Kind = keyof typeof KINDS;

/** The usual origin of a client's page: the server's own. */
export const ORIGIN = "http://127.0.0.1:8000";

/** uvicorn's WebSocket implementations, its default first. */
export const IMPLEMENTATIONS = ["websockets-sansio", "wsproto", "websockets"] as const;

/** Whether uvicorn tells an application of its start and end; first what it does by default, to ask. */
export const LIFESPANS = ["auto", "on", "off"] as const;

/** The options that are one of several values, the usual one first. */
const CHOICES: Readonly<Record<string, readonly string[]>> = { ws: IMPLEMENTATIONS, lifespan: LIFESPANS };

/** The options that are numbers, as `serve` names them, and their labels. */
export const NUMBERS = {
  ws_max_size: "ws_max_size",
  ws_ping_interval: "ping interval, s",
  ws_ping_timeout: "ping timeout, s",
  limit_concurrency: "limit_concurrency",
} as const;

/** Those that count something. */
const WHOLE = ["ws_max_size", "limit_concurrency"];

/** Return why an option can't be a number, "" if it can. */
export function objection(option: string, value: number): string {
  const isWhole = WHOLE.includes(option);
  if (value > 0 && Number.isFinite(value) && (!isWhole || Number.isInteger(value))) return "";
  return isWhole ? "A whole number above 0." : "A number above 0.";
}

/** One line of starting-points.json. */
export interface Point {
  readonly name: string;
  readonly title: string;
  readonly client: string;
  readonly pages?: number;
  readonly options?: Options;
}

async function text(address: URL): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address.pathname} could not be loaded: ${response.status}`);
  return response.text();
}

/** Return the starting points, whose files lie below an address. */
export async function points(base: string): Promise<Point[]> {
  return JSON.parse(await text(new URL("starting-points.json", base))) as Point[];
}

/** Return what a starting point has. */
export async function started({ name, client, pages = 1, options = {} }: Point, base: string): Promise<Project> {
  const [application, source] = await Promise.all([
    text(new URL(`${name}.py`, base)),
    text(new URL(client, base)),
  ]);
  const kind = client.split(".").pop() as Kind;
  return { name, application, client: { kind, source, pages, origin: ORIGIN }, options };
}

/** What a file may be named that uvicorn imports. */
const NAME = /^\w{1,64}$/;

/** The name under which a link carries a project. */
const CELL = "playground";

/** Return a project as a text, as a link carries it and a browser keeps it. */
export function written({ name, application, client, options }: Project): string {
  const { kind, source, pages, origin } = client;
  const foreign = origin === ORIGIN ? [] : [origin];
  return JSON.stringify([name, application, kind, source, pages, options, ...foreign]);
}

/** Return a fragment that carries a project. */
export async function toFragment(project: Project): Promise<string> {
  return fragment({ cell: CELL, source: written(project) });
}

/**
 * Return the project that a fragment carries.
 *
 * @throws Error if it is damaged, too long or no project's.
 */
export async function fromFragment(hash: string): Promise<Project> {
  const { cell, source } = await shared(hash);
  return read(cell === CELL ? source : "null");
}

/**
 * Return the project that a text has.
 *
 * @throws Error if it is no project's.
 */
export function read(text: string): Project {
  const found = parsed(text);
  const [name, application, kind, source, pages, options, origin] = Array.isArray(found) ? (found as unknown[]) : [];
  const texts = [name, application, kind, source].every((it) => typeof it === "string");
  if (!texts || !Object.hasOwn(KINDS, kind as string) || (pages !== 1 && pages !== 2)) {
    throw new Error("it has no playground");
  }
  return {
    name: NAME.test(`${name}`) ? `${name}` : "app",
    application: `${application}`,
    client: { kind: kind as Kind, source: `${source}`, pages, origin: typeof origin === "string" ? origin : ORIGIN },
    options: known(options),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Return those options that there are, with values that they may have. */
function known(options: unknown): Options {
  const given = Object(options) as Record<string, unknown>;
  const found: Record<string, string | number> = {};
  for (const [name, values] of Object.entries(CHOICES)) {
    if (values.some((it) => it === given[name])) found[name] = given[name] as string;
  }
  for (const name of Object.keys(NUMBERS)) {
    const value = given[name];
    if (typeof value === "number" && !objection(name, value)) found[name] = value;
  }
  return found;
}

/** Return the application as a file, which says how it is run. */
export function asFile({ name, application, options }: Project): string {
  const told = [
    ...Object.entries(CHOICES).flatMap(([it, [usual]]) => ((options[it] ?? usual) === usual ? [] : [it])),
    ...Object.keys(NUMBERS).filter((it) => it in options),
  ];
  const flags = told.map((it) => `--${it.replaceAll("_", "-")} ${options[it]}`);
  const command = ["uvicorn", `${name}:app`, ...flags].join(" ");
  return `# ${name}.py, to be run with: ${command}\n${application}`;
}
