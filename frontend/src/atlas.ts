/** The tables of the atlas, one for each group: filters, and a cell that opens in place. */

import { back, currentEntry } from "./entries.ts";
import { type Filter, format, isShown, known, parse, type Row, shows } from "./filter.ts";
import { Pages } from "./pages.ts";

interface TableRow extends Row {
  readonly element: HTMLTableRowElement;
}

interface Group {
  readonly name: string;
  readonly section: HTMLElement;
  readonly heading: HTMLElement;
  readonly rows: readonly TableRow[];
}

/** The state of an entry of the history that a click on a cell has made. */
interface Opened {
  /** The key of the entry of the table, which is the one before it; "" in a browser that has no keys. */
  readonly table: string;
}

/** Milliseconds after the last change when the address says it: a browser takes its time for that. */
const REST = 200;

class Atlas {
  readonly #form: HTMLFormElement;
  readonly #tables: HTMLElement;
  readonly #groups: readonly Group[];
  readonly #servers: readonly string[];
  readonly #columns = document.createElement("style");
  readonly #hidden = document.createElement("p");
  readonly #strange = document.createElement("p");
  readonly #dialog = document.createElement("dialog");
  readonly #pages: Pages;
  #filter: Filter;
  /** The timer of a change that the address does not say yet. */
  #untold: ReturnType<typeof setTimeout> | undefined;

  constructor(form: HTMLFormElement, tables: HTMLElement) {
    this.#form = form;
    this.#tables = tables;
    this.#pages = new Pages(new URL(tables.dataset.base ?? "", document.baseURI).href);
    const fields = form.querySelectorAll<HTMLInputElement>("input[name=servers]");
    this.#servers = [...fields].map((field) => field.value);
    this.#groups = [...tables.querySelectorAll("table")].map((table) => groupOf(table, this.#servers));
    this.#filter = this.#said();
    document.head.append(this.#columns);
    this.#hidden.className = this.#strange.className = "wa-hidden";
    tables.before(this.#strange);
    tables.after(this.#hidden);
    this.#dialog.className = "wa-dialog";
    document.body.append(this.#dialog);
  }

  start(): void {
    this.#form.hidden = false;
    this.#write();
    this.#show();
    this.#form.addEventListener("input", () => this.#change(this.#read()));
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("reset", () => this.#change(parse("")));
    this.#tables.addEventListener("click", (event) => this.#click(event));
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => {
      if (!this.#filter.open) return; // an entry closed it, which says so
      const opened = history.state as Opened | null;
      if (opened) back(opened.table);
      else this.#change({ ...this.#filter, open: "" });
    });
    window.addEventListener("popstate", () => {
      clearTimeout(this.#untold); // it was of the entry that is left
      this.#untold = undefined;
      this.#filter = this.#said();
      this.#write();
      this.#show();
      void this.#open();
    });
    void this.#open();
  }

  /** Return the filter that the address says; of what it names, tell what is not here. */
  #said(): Filter {
    const scenarios = this.#groups.flatMap(({ rows }) => rows.map(({ element }) => element.id));
    const groups = this.#groups.map(({ name }) => name);
    const [filter, strange] = known(parse(location.search), { groups, servers: this.#servers, scenarios });
    const hash = fragment();
    if (hash && !document.getElementById(hash)) strange.push(hash);
    this.#strange.textContent = `The address names what is not in this table, and is left out: ${strange.join(", ")}.`;
    this.#strange.hidden = !strange.length;
    return filter;
  }

  #change(filter: Filter): void {
    this.#filter = filter;
    this.#strange.hidden = true;
    clearTimeout(this.#untold);
    this.#untold = setTimeout(() => this.#address(), REST);
    this.#show();
  }

  /** Have the address say what it does not say yet. */
  #address(): void {
    if (this.#untold === undefined) return;
    clearTimeout(this.#untold);
    this.#untold = undefined;
    history.replaceState(null, "", addressOf(this.#filter));
  }

  /** Return the filter that the form says. */
  #read(): Filter {
    const data = new FormData(this.#form);
    const servers = data.getAll("servers").map(String);
    const view = String(data.get("view"));
    return {
      text: String(data.get("find") ?? ""),
      group: String(data.get("group") ?? ""),
      servers: servers.length === this.#servers.length ? [] : servers,
      view: view === "client" || view === "application" ? view : "both",
      differing: data.get("differing") === "1",
      open: this.#filter.open,
    };
  }

  /** Have the form say the filter. */
  #write(): void {
    const filter = this.#filter;
    for (const field of this.#form.elements) {
      if (field instanceof HTMLSelectElement) field.value = filter.group;
      if (!(field instanceof HTMLInputElement)) continue;
      if (field.name === "find") field.value = filter.text;
      if (field.name === "servers") field.checked = isShown(filter, field.value);
      if (field.name === "view") field.checked = field.value === filter.view;
      if (field.name === "differing") field.checked = filter.differing;
    }
  }

  #show(): void {
    const hidden = this.#servers.flatMap((server, i) => (isShown(this.#filter, server) ? [] : [i + 2]));
    const servers = this.#servers.length - hidden.length;
    let shown = 0;
    let all = 0;
    for (const group of this.#groups) {
      const visible = group.rows.map((row) => shows(this.#filter, row));
      const inGroup = visible.filter(Boolean).length;
      const total = group.rows.length;
      group.section.style.setProperty("--wa-columns", `${servers}`);
      group.section.hidden = inGroup === 0;
      // Of a group that goes away the rows keep their layout for when it comes back.
      if (inGroup) group.section.style.setProperty("--wa-rows", `${inGroup}`);
      group.rows.forEach(({ element }, i) => {
        if (element.hidden === visible[i]) element.hidden = !visible[i];
      });
      group.heading.dataset.shown = inGroup === total ? `${total}` : `${inGroup} of ${total}`;
      shown += inGroup;
      all += total;
    }
    const without = this.#groups.filter(({ section }) => section.hidden);
    this.#hidden.textContent = without.length
      ? `Nothing shown of: ${without.map(({ name, rows }) => `${name} (${rows.length})`).join(", ")}.`
      : "";
    const columns = hidden.map((n) => `.wa-table tr > :nth-child(${n}) { display: none }`).join("\n");
    if (this.#columns.textContent !== columns) this.#columns.textContent = columns;
    this.#tables.dataset.view = this.#filter.view;
    const status = this.#form.querySelector("output");
    if (status) {
      status.textContent = `${shown} of ${all} scenarios, ${servers} of ${this.#servers.length} ${this.#form.dataset.kind}`;
    }
  }

  #click(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("td a") : null;
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#address();
    const scenario = link.closest("tr")?.id ?? "";
    this.#filter = { ...this.#filter, open: `${scenario}/${link.hash.slice(1)}` };
    history.pushState({ table: currentEntry() } satisfies Opened, "", addressOf(this.#filter));
    void this.#open();
  }

  /** Open the cell that the filter names, with its part of the scenario's page. */
  async #open(): Promise<void> {
    if (!this.#filter.open) {
      this.#dialog.close();
      return;
    }
    const [scenario = "", server = ""] = this.#filter.open.split("/");
    this.#tell(scenario, "Loading…");
    if (!this.#dialog.open) this.#dialog.showModal();
    let content: string | HTMLElement;
    try {
      content = await this.#pages.cell(scenario, server);
    } catch (error) {
      content = `The cell could not be loaded: ${String(error)}`;
    }
    if (this.#filter.open === `${scenario}/${server}`) this.#tell(scenario, content);
  }

  #tell(scenario: string, content: string | HTMLElement): void {
    const link = document.createElement("a");
    link.href = this.#pages.address(scenario);
    link.textContent = scenario;
    const heading = document.createElement("h2");
    heading.append(link);
    const asks = document.createElement("p");
    asks.textContent = document.getElementById(scenario)?.querySelector("th")?.title ?? "";
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => this.#dialog.close());
    const body = document.createElement("div");
    body.className = "md-typeset";
    body.append(close, heading, asks, content);
    this.#dialog.replaceChildren(body);
    if (this.#dialog.open) close.focus(); // the one that had the focus is gone
    this.#dialog.setAttribute("aria-label", scenario);
  }
}

function addressOf(filter: Filter): string {
  return `${location.pathname}${format(filter)}${location.hash}`;
}

/** Return what the address's fragment names. */
function fragment(): string {
  const written = location.hash.slice(1);
  try {
    return decodeURIComponent(written);
  } catch {
    return written; // a lone "%"
  }
}

function groupOf(table: HTMLTableElement, servers: readonly string[]): Group {
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  const name = table.dataset.group ?? "";
  return {
    name,
    section: table.parentElement ?? table,
    heading: table.tHead?.rows[0]?.cells[0] ?? table,
    rows: rows.map((element) => rowOf(element, name, servers)),
  };
}

function rowOf(element: HTMLTableRowElement, group: string, servers: readonly string[]): TableRow {
  const cells = [...element.cells].slice(1).flatMap((cell, i) => {
    const [client, application] = (cell.dataset.views ?? "").split(".").map(Number);
    const server = servers[i];
    if (server === undefined || client === undefined || application === undefined) return [];
    return [{ server, client, application }];
  });
  const question = element.cells[0]?.title ?? "";
  return { element, group, cells, text: `${element.textContent} ${question}`.toLowerCase() };
}

const form = document.querySelector<HTMLFormElement>("form.wa-filters");
const tables = document.querySelector<HTMLElement>(".wa-scroll");
if (form && tables) new Atlas(form, tables).start();
