/** Python in a worker: Pyodide from the site's own files, and the session in it. */

import { parseTarGzip } from "nanotar";
import type { Assets } from "./assets.ts";
import { importsOf } from "./imports.ts";
import { type Asset, bundlesFor } from "./manifest.ts";

const CORE = "core";

/** What of Pyodide is used here. */
interface Pyodide {
  readonly FS: {
    mkdirTree(path: string): void;
    writeFile(path: string, content: Uint8Array, options: { canOwn: boolean }): void;
  };
  runPython(code: string): unknown;
  pyimport(module: string): { Session(post: (message: string) => void): Session };
}

/** Pyodide's own script. */
interface Module {
  loadPyodide(options: object): Promise<Pyodide>;
}

/** A Python callable: with JSPI, `callPromising` runs it on a stack that can wait. */
interface Callable {
  (): void;
  callPromising(): Promise<void>;
}

/** `wslab.live.page.clients.Clients`. */
export interface Clients {
  connect(socket: string, url: string, protocols: string, origin: string): void;
  send(socket: string, data: string, isText: boolean): void;
  close(socket: string, code: number | undefined, reason: string): void;
  abandon(socket: string): void;
}

/** `wslab.live.page.session.Session`. */
export interface Session {
  readonly drive: Callable;
  readonly clients: Clients;
  readonly scripts: { end(script: string): void };
  run(run: string, cell: string, source: string): void;
  play(run: string, application: string, client: string, options: string): void;
  visit(asked: number, server: string, path: string): void;
  stop(): void;
  needs(sources: string): string;
}

type Bytes = Uint8Array<ArrayBuffer>;

type Told = (loaded: number, total: number, step: string) => void;

/** The interpreter, and which bundles it has. */
export class Python {
  readonly session: Session;
  readonly #assets: Assets;
  readonly #pyodide: Pyodide;
  readonly #packages: string;
  readonly #bundles = new Set([CORE]);

  private constructor(assets: Assets, pyodide: Pyodide, packages: string, session: Session) {
    this.#assets = assets;
    this.#pyodide = pyodide;
    this.#packages = packages;
    this.session = session;
  }

  /**
   * Start Python.
   *
   * @param post hears the session's messages, as JSON.
   * @throws AssetError if a file can't be had.
   */
  static async start(assets: Assets, told: Told, post: (message: string) => void): Promise<Python> {
    const { files, bundles, info, pyodide: folder } = assets.manifest;
    const wanted = [...Object.values(files), bundles[CORE] as Asset];
    const bytes = await load(assets, wanted, told);
    const core = parseTarGzip(bytes.pop() as Bytes);
    answer(new Map(bytes.map((it, index) => [assets.address(wanted[index] as Asset), it])));
    const address = (name: string): string => assets.address(files[name] as Asset);
    haveStacks();
    const { loadPyodide } = (await import(address("pyodide.mjs"))) as Module;
    const pyodide = await loadPyodide({
      indexURL: assets.address({ file: folder, size: 0, sha256: "" }),
      stdLibURL: address("stdlib"),
      lockFileContents: { info, packages: {} },
    });
    const packages = `/lib/python${info.python.split(".", 2).join(".")}/site-packages`;
    write(pyodide, await core, packages);
    const session = pyodide.pyimport("wslab.live.page.session").Session(post);
    return new Python(assets, pyodide, packages, session);
  }

  /** Load the bundles that a source imports and that are not there yet. */
  async provide(source: string, told: Told): Promise<void> {
    const names = bundlesFor(this.#assets.manifest, importsOf(source), this.#bundles);
    if (!names.length) return;
    const bundles = names.map((name) => this.#assets.manifest.bundles[name] as Asset);
    for (const [index, bytes] of (await load(this.#assets, bundles, told)).entries()) {
      write(this.#pyodide, await parseTarGzip(bytes), this.#packages);
      this.#bundles.add(names[index] as string);
    }
  }
}

/**
 * Have each error a stack, by which Pyodide knows one: in WebKit, those have none that a
 * promise of the browser's own is rejected with, and Python would wait for it for ever.
 */
function haveStacks(): void {
  if ("stack" in Error.prototype) return;
  Object.defineProperty(Error.prototype, "stack", { value: "", writable: true, configurable: true });
}

/** Write the files of an archive below a folder that Python imports from. */
function write(pyodide: Pyodide, files: Awaited<ReturnType<typeof parseTarGzip>>, folder: string): void {
  const made = new Set<string>();
  for (const { name, data = new Uint8Array() } of files) {
    const path = `${folder}/${name}`;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) pyodide.FS.mkdirTree(parent);
    made.add(parent);
    pyodide.FS.writeFile(path, data, { canOwn: true });
  }
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
}

function total(assets: readonly Asset[]): number {
  return assets.reduce((sum, it) => sum + it.size, 0);
}

/** Load files side by side, and say how much of all is there. */
function load(assets: Assets, wanted: readonly Asset[], told: Told): Promise<Bytes[]> {
  const loaded = wanted.map(() => 0);
  return Promise.all(
    wanted.map((asset, index) =>
      assets.load(asset, (bytes) => {
        loaded[index] = bytes;
        told(loaded.reduce((sum, it) => sum + it, 0), total(wanted), "load");
      }),
    ),
  );
}

/** Have `fetch` answer with the files that are here already: Pyodide asks for them by itself. */
function answer(files: ReadonlyMap<string, Bytes>): void {
  const original = self.fetch;
  self.fetch = (input, init) => {
    const address = input instanceof Request ? input.url : new URL(input, import.meta.url).href;
    const bytes = files.get(address);
    if (!bytes) return original(input, init);
    const type = address.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return Promise.resolve(new Response(bytes, { headers: { "Content-Type": type } }));
  };
}
