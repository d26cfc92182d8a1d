/** The scenarios' pages, of which a cell is a part. */

export class Pages {
  readonly #base: string;
  readonly #loaded = new Map<string, Promise<Document>>();

  /** @param base the address below which each scenario has its page */
  constructor(base: string) {
    this.#base = base;
  }

  address(scenario: string): string {
    return new URL(`${scenario}/`, this.#base).href;
  }

  /** Return a copy of one server's cell, opened; reject with what went wrong. */
  async cell(scenario: string, server: string): Promise<HTMLElement> {
    const address = this.address(scenario);
    const page = await this.#page(address);
    const cell = page.getElementById(server);
    if (!cell) throw new Error(`nothing was measured for ${server}`);
    const copy = document.importNode(cell, true);
    for (const link of copy.querySelectorAll("a")) link.href = new URL(link.getAttribute("href") ?? "", address).href;
    copy.setAttribute("open", "");
    copy.removeAttribute("id");
    return copy;
  }

  /** Return a copy of a scenario's application, as its page shows it. */
  async application(scenario: string): Promise<HTMLElement> {
    const page = await this.#page(this.address(scenario));
    const code = page.querySelector<HTMLElement>(".highlight");
    if (!code) throw new Error(`no code is shown for ${scenario}`);
    const copy = document.importNode(code, true);
    for (const named of copy.querySelectorAll("[id]")) named.removeAttribute("id");
    copy.querySelector("code")?.setAttribute("tabindex", "0"); // it scrolls
    return copy;
  }

  /** Return what a server made of an application: the code, the cell, and the way to all the others. */
  async answer(scenario: string, server: string): Promise<HTMLElement[]> {
    const more = document.createElement("p");
    const text = `All servers in this scenario: ${scenario}`;
    more.append(Object.assign(document.createElement("a"), { href: this.address(scenario), textContent: text }));
    try {
      return [await this.application(scenario), await this.cell(scenario, server), more];
    } catch (error) {
      const told = `The cell could not be loaded: ${String(error)}`;
      return [Object.assign(document.createElement("p"), { textContent: told }), more];
    }
  }

  /** Return a page; one that could not be loaded is tried again the next time. */
  #page(address: string): Promise<Document> {
    const known = this.#loaded.get(address);
    if (known) return known;
    const page = load(address);
    this.#loaded.set(address, page);
    page.catch(() => this.#loaded.delete(address));
    return page;
  }
}

async function load(address: string): Promise<Document> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: HTTP ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
