/** What the constructor of a WebSocket checks: its address and its subprotocols. */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/; // RFC 9110, section 5.6.2

const SCHEMES: Readonly<Record<string, string>> = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" };

function failure(said: string): DOMException {
  return new DOMException(`Failed to construct 'WebSocket': ${said}`, "SyntaxError");
}

/**
 * Return the URL that a WebSocket connects to.
 *
 * @param base the page that the frame stands for: what a relative one belongs to.
 * @param here the frame's own address: one that a script made of its `location` begins with
 *   that, and is to begin with the page's.
 * @throws DOMException (SyntaxError) as the standard has it.
 */
export function address(url: string | URL, base: string, here: string): URL {
  let found: URL;
  try {
    found = new URL(url, base);
  } catch {
    throw failure(`The URL '${url}' is invalid.`);
  }
  move(found, new URL(here), new URL(base));
  const scheme = SCHEMES[found.protocol];
  if (!scheme) throw failure(`The URL's scheme must be either 'http', 'https', 'ws', or 'wss'.`);
  if (found.href.includes("#")) throw failure("The URL contains a fragment identifier.");
  // The setter of `protocol` is for schemes that are alike, as these are.
  if (scheme !== found.protocol) found.protocol = scheme;
  return found;
}

/** As Web IDL tells a sequence from what is made a string. */
function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

/** Change an address on the host of one page into that on the host of another. */
function move(url: URL, from: URL, to: URL): void {
  if (url.host !== from.host) return;
  if (url.pathname.startsWith(from.pathname)) url.pathname = to.pathname + url.pathname.slice(from.pathname.length);
  url.protocol = url.protocol.replace(/^(ws|http)s?:$/, to.protocol === "https:" ? "$1s:" : "$1:");
  url.hostname = to.hostname;
  url.port = to.port;
}

/**
 * Return the subprotocols that are offered, in their order.
 *
 * @throws DOMException (SyntaxError) where one is no token, or is there twice.
 */
export function offer(protocols: unknown): string[] {
  const offered = isIterable(protocols) ? Array.from(protocols, String) : [String(protocols)];
  const wrong = offered.find((it) => !TOKEN.test(it));
  if (wrong !== undefined) throw failure(`The subprotocol '${wrong}' is invalid.`);
  const again = offered.find((it, index) => offered.indexOf(it) < index);
  if (again !== undefined) throw failure(`The subprotocol '${again}' is duplicated.`);
  return offered;
}
