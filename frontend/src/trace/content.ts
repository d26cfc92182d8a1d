/** What one event holds: facts, and its payload as text, JSON or hexadecimal. */

import { button, byId, element, say } from "./element.ts";
import { bytes } from "./summary.ts";
import { withToken } from "./token.ts";

interface Content {
  readonly facts: readonly (readonly [string, string])[];
  readonly forms: Readonly<Record<string, string>>;
  readonly size?: number;
  readonly kept?: number;
  readonly shown?: number;
  readonly unit?: "bytes" | "characters";
}

const NAMES: Readonly<Record<string, string>> = { text: "Text", json: "JSON", hex: "Hex" };

/** Shows an event of a connection below its ladder. */
export class ContentPanel {
  readonly #panel = byId("content");
  readonly #payload = byId("payload");
  readonly #copied: (what: string, text: Promise<string>) => void;
  readonly #closed: () => void;
  #form = "";
  #content: Content | null = null;
  #address = "";

  constructor(copied: (what: string, text: Promise<string>) => void, closed: () => void) {
    this.#copied = copied;
    this.#closed = closed;
    byId("close-content").addEventListener("click", () => this.#closed());
    byId("copy-content").addEventListener("click", () => this.#copied("What is shown", Promise.resolve(this.#text())));
  }

  get isOpen(): boolean {
    return !this.#panel.hidden;
  }

  /** Show an event, from an address that has it as JSON. */
  async open(address: string, title: string): Promise<void> {
    this.#address = address;
    say(byId("event"), title);
    const answer = await fetch(withToken(address));
    const content: Content = answer.ok
      ? ((await answer.json()) as Content)
      : { facts: [["", await answer.text()]], forms: {} };
    if (this.#address !== address) return;
    this.#content = content;
    this.#panel.hidden = false;
    this.#show();
  }

  close(): void {
    this.#panel.hidden = true;
    this.#address = "";
  }

  #show(): void {
    const content = this.#content;
    if (!content) return;
    const names = Object.keys(content.forms);
    const form = names.includes(this.#form) ? this.#form : names.includes("json") ? "json" : (names[0] ?? "");
    byId("forms").replaceChildren(
      ...names.map((name) => {
        const choice = button(NAMES[name] ?? name, () => {
          this.#form = name;
          this.#show();
          byId("forms").querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
        });
        choice.setAttribute("aria-pressed", `${name === form}`);
        return choice;
      }),
    );
    byId("facts").replaceChildren(
      ...content.facts.map(([name, value]) => element("div", "", element("dt", "", name), element("dd", "", value))),
    );
    byId("facts").className = names.length ? "frame" : "";
    this.#payload.className = form;
    this.#payload.textContent = content.forms[form] ?? "";
    byId("kept").replaceChildren(...this.#kept(content));
  }

  /** Say how much of the payload is shown, and how to get the rest. */
  #kept({ size = 0, kept = 0, shown = 0, unit = "bytes" }: Content): (string | Node)[] {
    if (!size && !kept) return [];
    const all = unit === "bytes" ? bytes(size) : `${size} characters`;
    if (kept < size) {
      const cut = `The first ${shown} of ${size} ${unit}. `;
      return [cut, "Run with ", element("code", "", "--payloads"), " to keep more. "];
    }
    if (shown === kept) return [`All ${all}.`];
    const save = element("a", "", `Save all ${all}`);
    save.href = withToken(`${this.#address}/payload`);
    save.download = "payload";
    return [`The first ${bytes(shown)} of ${all}. `, save];
  }

  #text(): string {
    const content = this.#content;
    if (!content) return "";
    const payload = this.#payload.textContent ?? "";
    return payload || content.facts.map(([name, value]) => (name ? `${name}: ${value}` : value)).join("\n");
  }
}
