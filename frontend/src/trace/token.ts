/** The token that the command's address ends in: without it nothing traced is told. */

const NAME = "token";

let token = "";

/** Take the token of the address, or the one before, and return whether the address has one. */
export function takeToken(): boolean {
  const said = new URLSearchParams(location.hash.slice(1)).get(NAME);
  // For reloads and other tabs. A cookie would be sent to every port of 127.0.0.1.
  try {
    if (said) localStorage.setItem(NAME, said);
    token = said ?? localStorage.getItem(NAME) ?? "";
  } catch {
    token = said ?? ""; // a browser that keeps nothing
  }
  return said !== null;
}

/** Return an address of this page's server with the token. */
export function withToken(address: string): string {
  return `${address}${address.includes("?") ? "&" : "?"}${NAME}=${encodeURIComponent(token)}`;
}
