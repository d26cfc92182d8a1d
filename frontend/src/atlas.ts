/** The table of the atlas: filters, and a cell that opens in place. */

import { type Filter, format, isShown, parse, type Row, shows } from "./filter.ts";
import { Pages } from "./pages.ts";

interface TableRow extends Row {
  readonly element: HTMLTableRowElement;
}

interface Group {
  readonly name: string;
  readonly heading: HTMLElement;
  readonly rows: readonly TableRow[];
}

class Atlas {
  readonly #form: HTMLFormElement;
  readonly #table: HTMLTableElement;
  readonly #groups: readonly Group[];
  readonly #servers: readonly string[];
  readonly #columns = document.createElement("style");
  readonly #dialog = document.createElement("dialog");
  readonly #pages: Pages;
  #filter: Filter;

  constructor(form: HTMLFormElement, table: HTMLTableElement) {
    this.#form = form;
    this.#table = table;
    this.#pages = new Pages(new URL(table.dataset.base ?? "", document.baseURI).href);
    const heads = table.querySelectorAll<HTMLElement>("thead th[data-server]");
    this.#servers = [...heads].map((head) => head.dataset.server ?? "");
    this.#groups = [...table.tBodies].map((body) => groupOf(body, this.#servers));
    this.#filter = parse(location.search);
    document.head.append(this.#columns);
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
    this.#table.addEventListener("click", (event) => this.#click(event));
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => this.#change({ ...this.#filter, open: "" }));
    window.addEventListener("popstate", () => {
      this.#filter = parse(location.search);
      this.#write();
      this.#show();
      void this.#open();
    });
    void this.#open();
  }

  #change(filter: Filter): void {
    this.#filter = filter;
    history.replaceState(null, "", `${location.pathname}${format(filter)}${location.hash}`);
    this.#show();
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
    let shown = 0;
    let all = 0;
    for (const group of this.#groups) {
      let inGroup = 0;
      for (const row of group.rows) {
        const visible = shows(this.#filter, row);
        row.element.hidden = !visible;
        inGroup += Number(visible);
      }
      const total = group.rows.length;
      group.heading.dataset.shown = inGroup === total ? `${total}` : `${inGroup} of ${total}`;
      shown += inGroup;
      all += total;
    }
    const hidden = this.#servers.flatMap((server, i) => (isShown(this.#filter, server) ? [] : [i + 2]));
    this.#columns.textContent = hidden
      .map((n) => `.wa-table tr:not(.wa-group) > :nth-child(${n}) { display: none }`)
      .join("\n");
    this.#table.dataset.view = this.#filter.view;
    const servers = this.#servers.length - hidden.length;
    const status = this.#form.querySelector("output");
    if (status) {
      status.textContent = `${shown} of ${all} scenarios, ${servers} of ${this.#servers.length} ${this.#form.dataset.kind}`;
    }
  }

  #click(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("td a") : null;
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const scenario = link.closest("tr")?.id ?? "";
    this.#change({ ...this.#filter, open: `${scenario}/${link.hash.slice(1)}` });
    void this.#open();
  }

  /** Open the cell that the filter names, with its part of the scenario's page. */
  async #open(): Promise<void> {
    const [scenario = "", server = ""] = this.#filter.open.split("/");
    if (!this.#servers.includes(server) || !this.#groups.some(({ rows }) => rows.some((row) => row.element.id === scenario))) {
      this.#dialog.close();
      return;
    }
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
    this.#dialog.setAttribute("aria-label", scenario);
  }
}

function groupOf(body: HTMLTableSectionElement, servers: readonly string[]): Group {
  const name = body.dataset.group ?? "";
  const [first, ...rest] = body.rows;
  const rows = rest.map((element) => rowOf(element, name, servers));
  return { name, heading: first?.cells[0] ?? body, rows };
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
const table = document.querySelector<HTMLTableElement>("table.wa-table");
if (form && table) new Atlas(form, table).start();
