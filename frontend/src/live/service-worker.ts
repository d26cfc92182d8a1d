/** The site's service worker: pages on which Run was pressed work without the network.

    What `live/` has is named by its content, so what is kept of it is never asked for
    again. All else is asked for first, and taken from what is kept if no answer comes. */

import { CACHE } from "./assets.ts";
import { PAGES } from "./offline.ts";

interface Lasting extends Event {
  waitUntil(end: Promise<unknown>): void;
}

interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

interface Scope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
}

const scope = self as unknown as Scope;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const own = new URL(request.url).origin === scope.location.origin;
  if (own && request.method === "GET") event.respondWith(answer(request));
});

async function answer(request: Request): Promise<Response> {
  const asset = await caches.match(request, { cacheName: CACHE });
  if (asset) return asset;
  const pages = await caches.open(PAGES);
  const kept = await pages.match(request, { ignoreSearch: request.mode === "navigate" });
  let fresh: Response;
  try {
    fresh = await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
  if (kept && fresh.ok) await pages.put(kept.url, fresh.clone());
  if (kept && fresh.status === 404) await pages.delete(kept.url);
  return fresh;
}
