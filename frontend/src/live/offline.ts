/** Lets a page on which Run was pressed work without the network. */

/** The browser's cache that has such pages, and what they are made of. */
export const PAGES = "wslab-pages";

/** As many files are kept: those of some dozens of chapters. */
const MOST = 500;

/**
 * Keep this page, and start the service worker that answers with it.
 *
 * `worker` is its address, at the site's root; `files` are those that the page itself
 * did not load: its notebook, its worker's scripts. Where a page may have no service
 * worker (plain http, a private window) nothing is kept. What was kept longest ago is
 * forgotten: the site may not have it any longer.
 */
export async function keepPage(worker: string, files: string[]): Promise<void> {
  try {
    await navigator.serviceWorker.register(worker);
    const cache = await caches.open(PAGES);
    const all = [...made(), ...search(), ...files];
    await Promise.all(all.map((it) => cache.add(it).catch(() => {})));
    const kept = await cache.keys();
    await Promise.all(kept.slice(0, -MOST).map((it) => cache.delete(it)));
  } catch {
    // The page works as it is, with the network.
  }
}

/** The addresses of this page and of what it has loaded from its own site. */
function made(): Set<string> {
  const loaded = performance.getEntriesByType("resource").map((it) => it.name);
  const pictures = [...document.images].map((it) => it.currentSrc || it.src);
  const own = [...loaded, ...pictures].filter((it) => it.startsWith(`${location.origin}/`));
  return new Set([location.href.replace(/#.*/s, ""), ...own]);
}

/** The addresses of what the theme's search loads, in a worker of its own. */
function search(): string[] {
  const config = JSON.parse(document.getElementById("__config")?.textContent ?? "{}");
  if (!config.search) return [];
  const script = new URL(config.search, location.href);
  const theme = `../assets/javascripts/workers/${script.search.slice(1)}`;
  const index = new URL(`${config.base}/search/search_index.json`, location.href);
  return [script, new URL(theme, script), index].map(({ href }) => href);
}
