/** Elements whose content is text, whatever it comes from. */

/** Return an element with a class, and with text and elements in it. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  kind = "",
  ...content: (string | Node)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...content);
  return made;
}

/** Return a button that does something. */
export function button(text: string, press: () => void): HTMLButtonElement {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** Return the element of an id, which the page has. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

/** Have an element say something, if it does not yet. */
export function say(told: Element, text: string): void {
  if (told.textContent !== text) told.textContent = text;
}
