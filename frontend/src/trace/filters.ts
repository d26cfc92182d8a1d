/** The form that says which connections are shown. */

import { EVERYTHING, type Query } from "./query.ts";
import { codeOf, placeOf, type Summary } from "./summary.ts";

/** Reads and writes a query; offers the paths and codes that there are. */
export class Filters {
  readonly #form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.#form = form;
  }

  /** Return a query with what the form says. */
  read(query: Query): Query {
    const data = new FormData(this.#form);
    const said = (name: string) => String(data.get(name) ?? "");
    const state = said("state");
    return {
      ...query,
      text: said("find"),
      state: state === "live" || state === "ended" ? state : "",
      path: said("path"),
      code: said("code"),
      failures: said("failures") === "1",
      http: said("http") === "1",
    };
  }

  /** Have the form say a query. */
  write(query: Query): void {
    for (const field of this.#form.elements) {
      if (field instanceof HTMLSelectElement) {
        const value = field.name === "path" ? query.path : query.code;
        if (value && ![...field.options].some((it) => it.value === value)) field.add(new Option(value, value));
        field.value = value;
      }
      if (!(field instanceof HTMLInputElement)) continue;
      if (field.name === "find") field.value = query.text;
      if (field.name === "state") field.checked = field.value === query.state;
      if (field.name === "failures") field.checked = query.failures;
      if (field.name === "http") field.checked = query.http;
    }
  }

  /** Offer what is there to choose from. */
  offer(summaries: readonly Summary[], query: Query): void {
    const seen = summaries.filter((it) => it.websocket || query.http);
    this.#offer("path", seen.map(placeOf), query.path);
    this.#offer("code", seen.map(codeOf), query.code);
  }

  get text(): HTMLInputElement {
    return this.#form.elements.namedItem("find") as HTMLInputElement;
  }

  #offer(name: "path" | "code", values: readonly string[], chosen: string): void {
    const select = this.#form.elements.namedItem(name) as HTMLSelectElement;
    const wanted = [...new Set([chosen, ...values])].filter(Boolean).sort();
    const offered = [...select.options].slice(1).map(({ value }) => value);
    if (wanted.join("\n") === offered.join("\n")) return;
    select.replaceChildren(select.options[0] as Node, ...wanted.map((value) => new Option(value, value)));
    select.value = chosen;
  }
}

/** Return a query that shows everything, with the same order and connection. */
export function reset({ sort, down, open }: Query): Query {
  return { ...EVERYTHING, sort, down, open };
}
