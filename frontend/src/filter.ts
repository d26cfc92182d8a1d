/** Which rows of the atlas a reader wants to see, as data: no page is needed for it. */

export type View = "both" | "client" | "application";

export interface Filter {
  /** Words that a row must all have, in its name, its question or a cell. */
  readonly text: string;
  /** The one group to show; "" for all. */
  readonly group: string;
  /** The servers to show; empty for all. */
  readonly servers: readonly string[];
  readonly view: View;
  /** Only rows in which the servers shown differ. */
  readonly differing: boolean;
  /** The cell that is open, as "handler-returns/uvicorn"; "" for none. */
  readonly open: string;
}

/** What one server did in a scenario; equal numbers stand for equal views. */
export interface Cell {
  readonly server: string;
  readonly client: number;
  readonly application: number;
}

export interface Row {
  readonly group: string;
  /** Name, question and cells, in lower case. */
  readonly text: string;
  readonly cells: readonly Cell[];
}

export const EVERYTHING: Filter = {
  text: "",
  group: "",
  servers: [],
  view: "both",
  differing: false,
  open: "",
};

/** Return the filter that an address's query says; what it does not say is open. */
export function parse(query: string): Filter {
  const said = new URLSearchParams(query);
  const view = said.get("view");
  return {
    text: said.get("find") ?? "",
    group: said.get("group") ?? "",
    servers: (said.get("servers") ?? "").split(",").filter(Boolean),
    view: view === "client" || view === "application" ? view : "both",
    differing: said.get("differing") === "1",
    open: said.get("open") ?? "",
  };
}

/** What a table has, which an address may name. */
export interface Names {
  readonly groups: readonly string[];
  readonly servers: readonly string[];
  readonly scenarios: readonly string[];
}

/** Return a filter without what it names and the table has not, and these names. */
export function known(filter: Filter, names: Names): [Filter, string[]] {
  const [scenario = "", server = ""] = filter.open.split("/");
  const isGroup = !filter.group || names.groups.includes(filter.group);
  const isCell = !filter.open || (names.scenarios.includes(scenario) && names.servers.includes(server));
  const isServer = (name: string): boolean => names.servers.includes(name);
  const left = {
    ...filter,
    group: isGroup ? filter.group : "",
    servers: filter.servers.filter(isServer),
    open: isCell ? filter.open : "",
  };
  const strange = filter.servers.filter((name) => !isServer(name));
  if (!isGroup) strange.unshift(filter.group);
  if (!isCell) strange.push(filter.open);
  return [left, strange];
}

/** Return a filter as the query of an address, "" where it shows everything. */
export function format(filter: Filter): string {
  const said: [string, string][] = [
    ["find", filter.text],
    ["group", filter.group],
    ["servers", filter.servers.join(",")],
    ["view", filter.view === "both" ? "" : filter.view],
    ["differing", filter.differing ? "1" : ""],
    ["open", filter.open],
  ];
  const query = said
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%2F", "/")}`);
  return query.length ? `?${query.join("&")}` : "";
}

/** Return whether a filter shows a row. */
export function shows(filter: Filter, row: Row): boolean {
  if (filter.group && row.group !== filter.group) return false;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => row.text.includes(word))) return false;
  return !filter.differing || differs(filter, row);
}

function differs(filter: Filter, row: Row): boolean {
  const shown = row.cells.filter(({ server }) => isShown(filter, server));
  const views = shown.map(({ client, application }) => {
    if (filter.view === "client") return `${client}`;
    return filter.view === "application" ? `${application}` : `${client}.${application}`;
  });
  return new Set(views).size > 1;
}

/** Return whether a filter shows a server's column. */
export function isShown(filter: Filter, server: string): boolean {
  return !filter.servers.length || filter.servers.includes(server);
}
