/** Loads what the manifest names: counted, checked, and kept for a visit without network. */

import type { Asset, Manifest } from "./manifest.ts";

/** The browser's cache that has the files; all in it have been checked. */
export const CACHE = "wslab-live";

/** Why a file could not be loaded and how to go on, in a sentence for the reader. */
export class AssetError extends Error {}

/** What came is not the file: it may be a remnant in the browser's own cache. */
class Damaged extends AssetError {}

/** Hears how many bytes of a file are there. */
export type Loaded = (bytes: number) => void;

/** The files of one manifest. */
export class Assets {
  readonly manifest: Manifest;
  readonly #base: string;
  readonly #cache: Cache | null;

  private constructor(manifest: Manifest, base: string, cache: Cache | null) {
    this.manifest = manifest;
    this.#base = base;
    this.#cache = cache;
  }

  /** Load the manifest at an address, and forget the files that it does not name. */
  static async open(address: string): Promise<Assets> {
    const cache = await opened();
    let response = await cache?.match(address);
    if (!response) {
      response = await request(address, "default");
      keep(cache, address, response.clone());
    }
    const assets = new Assets(await parsed(response), address, cache);
    await assets.#forgetOthers();
    return assets;
  }

  /** The address of a file. */
  address(asset: Asset): string {
    return new URL(asset.file, this.#base).href;
  }

  /** Load a file; rejects with an AssetError that says why it could not be had. */
  async load(asset: Asset, loaded: Loaded = () => {}): Promise<Uint8Array<ArrayBuffer>> {
    const address = this.address(asset);
    const kept = await this.#cache?.match(address);
    if (kept) {
      const bytes = new Uint8Array(await kept.arrayBuffer());
      if (bytes.length === asset.size) {
        loaded(bytes.length);
        return bytes;
      }
    }
    const { bytes, type } = await fetched(asset, address, loaded);
    const headers = { "Content-Type": type, "Content-Length": `${asset.size}` };
    keep(this.#cache, address, new Response(bytes, { headers }));
    return bytes;
  }

  async #forgetOthers(): Promise<void> {
    const { files, bundles } = this.manifest;
    const named = [...Object.values(files), ...Object.values(bundles)];
    const current = new Set([this.#base, ...named.map((it) => this.address(it))]);
    for (const { url } of (await this.#cache?.keys()) ?? [])
      if (!current.has(url)) await this.#cache?.delete(url);
  }
}

/** The cache, null where the page's origin may have none (http, private windows). */
async function opened(): Promise<Cache | null> {
  try {
    return await caches.open(CACHE);
  } catch {
    return null;
  }
}

/** Keep a response for later, without waiting; where the browser keeps no more, it is asked for again. */
function keep(cache: Cache | null, address: string, response: Response): void {
  void cache?.put(address, response).catch(() => {});
}

async function request(address: string, cache: RequestCache): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { cache });
  } catch {
    throw new AssetError(
      `${name(address)} could not be loaded: there is no network, or the site is down. ` +
        "Run again once it is back.",
    );
  }
  if (response.ok) return response;
  throw new AssetError(
    `${name(address)} is missing on the site (HTTP ${response.status}). ` +
      "Reload the page: it may have been published anew.",
  );
}

async function parsed(response: Response): Promise<Manifest> {
  try {
    return (await response.json()) as Manifest;
  } catch {
    throw new AssetError("The list of what Run needs is damaged. Reload the page.");
  }
}

async function fetched(asset: Asset, address: string, loaded: Loaded) {
  try {
    return await checked(asset, await request(address, "default"), loaded);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return checked(asset, await request(address, "reload"), loaded);
  }
}

/** What a response has, if that is the file. */
async function checked(asset: Asset, response: Response, loaded: Loaded) {
  const bytes = await read(asset, response, loaded);
  if (crypto.subtle && (await sha256(bytes)) !== asset.sha256)
    throw new Damaged(
      `${name(asset.file)} is not the file that belongs to this page: its SHA-256 ` +
        "differs. Reload the page; if that does not help, the site's copy is damaged.",
    );
  return { bytes, type: response.headers.get("Content-Type") ?? "" };
}

async function read(asset: Asset, response: Response, loaded: Loaded) {
  const bytes = new Uint8Array(asset.size);
  let length = 0;
  try {
    for (const reader = response.body!.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      if (length + value.length <= asset.size) bytes.set(value, length);
      length += value.length;
      loaded(Math.min(length, asset.size));
    }
  } catch {
    // The connection ended early, which the length says.
  }
  if (length === asset.size) return bytes;
  throw new Damaged(
    `${name(asset.file)} has come incomplete, ${length} of ${asset.size} bytes. ` +
      "Run again; if that does not help, the site's copy is damaged.",
  );
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}

function name(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}
