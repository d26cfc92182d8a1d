/** A cell's text as a page shows it: what src/wslab/site/pages/outputs.py does, here. */

/** Lines above which a text output scrolls in a box of its own. */
export const LONG = 30;

/** Characters of one text output that a page shows. */
export const LIMIT = 20_000;

const ANSI = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;

/** Return a text without terminal escapes, its lines as a terminal leaves them. */
export function plain(text: string): string {
  const lines = text.replace(ANSI, "").split("\n");
  return lines.map((line) => line.replace(/\r+$/, "").split("\r").at(-1) ?? "").join("\n");
}

/** Return what a page shows of a text, and how much it leaves out of that many characters. */
export function bounded(text: string, length = text.length): string {
  const leftOut = length - LIMIT;
  return leftOut <= 0 ? text : `${text.slice(0, LIMIT)}\n… ${leftOut} characters left out`;
}

/** Return a number of bytes in words. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Return what an error says. */
export function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
