/** A chapter's notebook, as it lies beside its page: the sources of all its cells. */

import { joined } from "./messages.ts";
import { Cell } from "./queue.ts";

/** The cell that hands over what browsers and programs did: it comes first, whatever runs. */
export const STORED = "stored-results";

/**
 * Return the code cells of a notebook (nbformat 4), in their order.
 *
 * @param reasons why cells can't run in a page, by id.
 * @throws Error if it is no notebook.
 */
export function cellsOf(notebook: unknown, reasons: ReadonlyMap<string, string>): Cell[] {
  const { cells } = Object(notebook) as { cells?: unknown };
  if (!Array.isArray(cells)) throw new Error("the chapter's notebook has no cells");
  return cells
    .map((it: unknown) => Object(it) as Record<string, unknown>)
    .filter((it) => it.cell_type === "code")
    .map((it) => {
      const id = String(it.id);
      const { tags } = Object(it.metadata) as { tags?: unknown };
      const raises = Array.isArray(tags) && tags.includes("raises-exception");
      return new Cell(id, joined(it.source as string | string[]), { raises, reason: reasons.get(id) ?? "" });
    });
}

/**
 * Return the code cells of the notebook at an address.
 *
 * @throws Error if it can't be loaded.
 */
export async function fetchCells(address: string, reasons: ReadonlyMap<string, string>): Promise<Cell[]> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the chapter's notebook could not be loaded: ${response.status}`);
  return cellsOf(await response.json(), reasons);
}
