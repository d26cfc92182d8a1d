/** The entries of a tab's history by their keys, where the browser has them (the Navigation API). */

interface Navigation {
  readonly currentEntry: { readonly key: string } | null;
  traverseTo(key: string): { readonly committed: Promise<unknown>; readonly finished: Promise<unknown> };
}

declare global {
  interface Window {
    readonly navigation?: Navigation;
  }
}

/** Return the key of the current entry, "" where there are none. */
export function currentEntry(): string {
  return window.navigation?.currentEntry?.key ?? "";
}

/**
 * Go back to the entry before the current one, whose key it is.
 *
 * With a key, a press of Back in the same instant leads there too, and not one further.
 */
export function back(key: string): void {
  if (!key || !window.navigation) {
    history.back();
    return;
  }
  const { committed, finished } = window.navigation.traverseTo(key);
  for (const end of [committed, finished]) end.catch(() => undefined); // another traversal came first
}
