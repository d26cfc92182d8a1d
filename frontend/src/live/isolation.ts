/** What code in a worker may not leave behind. */

/** What lasts longer than a worker, and what has it anew. */
const LASTING = ["caches", "indexedDB", "Worker"];

/**
 * Take from the worker what would let its code, which may come from a link, change what
 * the reader's next visit finds: the caches that pages are served from without network.
 */
export function isolate(): void {
  for (let owner: object | null = self; owner; owner = Object.getPrototypeOf(owner) as object | null) {
    for (const name of LASTING) Reflect.deleteProperty(owner, name);
  }
}
