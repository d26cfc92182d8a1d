/** An edited cell in an address: compressed, in the fragment, which no server sees. */

/** A cell's source, as a link carries it. */
export interface Shared {
  readonly cell: string;
  readonly source: string;
}

/** Characters of a source that a link may carry; a bomb is not unpacked beyond them. */
export const LONGEST = 100_000;

const MARK = "#run=";

/**
 * Return the fragment that carries a cell's source.
 *
 * @throws Error if it is too long to be opened again.
 */
export async function fragment({ cell, source }: Shared): Promise<string> {
  if (source.length > LONGEST) throw new Error(`A link carries at most ${LONGEST} characters.`);
  const stream = piped(new TextEncoder().encode(source), new CompressionStream("deflate-raw"));
  const packed = await new Response(stream).arrayBuffer();
  return `${MARK}${encodeURIComponent(cell)}.${toBase64(new Uint8Array(packed))}`;
}

/** Return whether a fragment claims to carry a cell. */
export function carries(hash: string): boolean {
  return hash.startsWith(MARK);
}

/**
 * Return the cell that a fragment carries.
 *
 * @throws Error if it is damaged or too long.
 */
export async function shared(hash: string): Promise<Shared> {
  const at = hash.lastIndexOf(".");
  if (!carries(hash) || at < MARK.length) throw new Error("it carries no cell");
  let found: Shared;
  try {
    const stream = piped(fromBase64(hash.slice(at + 1)), new DecompressionStream("deflate-raw"));
    found = { cell: decodeURIComponent(hash.slice(MARK.length, at)), source: await unpacked(stream) };
  } catch (cause) {
    // What each browser says of it is about its own functions.
    throw new Error("the link is damaged, or not whole", { cause });
  }
  if (found.source.length > LONGEST) throw new Error(`it carries more than ${LONGEST} characters`);
  return found;
}

/** Take a cell out of the address bar: a reload would bring it back. */
export function forgetLink(): void {
  if (carries(location.hash)) history.replaceState(history.state, "", location.pathname + location.search);
}

type Through = CompressionStream | DecompressionStream;

function piped(bytes: Uint8Array<ArrayBuffer>, through: Through): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream().pipeThrough(through);
}

/** Unpack a text, and no more of it than shows that it is too long. */
async function unpacked(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    if (done) return text;
    if (text.length > LONGEST) {
      await reader.cancel();
      return text;
    }
  }
}

function toBase64(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (it) => it.charCodeAt(0));
}
