/** The ladder as the server draws it, as an element of the page. */

declare global {
  interface Window {
    readonly trustedTypes?: {
      createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string };
    };
  }
}

// The page's policy lets no other text become markup. The server has escaped what a
// ladder says, and a text that is no XML draws nothing.
const policy = window.trustedTypes?.createPolicy("ladder", { createHTML: (text) => text });

/** Return the drawing. */
export function drawing(text: string): Element {
  const parsed = new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "image/svg+xml");
  return document.importNode(parsed.documentElement, true);
}
