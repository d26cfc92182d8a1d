/** What `src/wslab/site/live` writes below `live/` of the site; its docstring says more. */

/** One file, whose name has a part of its hash. */
export interface Asset {
  /** Its address, relative to that of the manifest. */
  file: string;
  /** Bytes, as they are when the transfer's compression is undone. */
  size: number;
  /** As subresource integrity writes it: `sha256-` and base64. */
  sha256: string;
}

/** An archive (zip) of packages to unpack into the interpreter's site-packages. */
export interface Bundle extends Asset {
  /** What a cell imports that needs it, with all modules below: `starlette`, `a.b`. */
  imports: string[];
  /** The names of the bundles that it imports itself. */
  needs: string[];
}

export interface Manifest {
  /** The folder that has `pyodide.mjs` and what this looks for beside itself. */
  pyodide: string;
  /** For `loadPyodide`'s `lockFileContents`: the interpreter's platform. */
  info: { abi_version: string; arch: string; platform: string; python: string };
  /** `pyodide.mjs`, `pyodide.asm.mjs`, `pyodide.asm.wasm` and `stdlib`. */
  files: Record<string, Asset>;
  /** `core`, which every page needs, and those that load with an import. */
  bundles: Record<string, Bundle>;
}

/** The names of the bundles that these imports need and `loaded` lacks, in their order. */
export function bundlesFor(
  manifest: Manifest,
  imports: Iterable<string>,
  loaded: ReadonlySet<string> = new Set(),
): string[] {
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name) || loaded.has(name)) return;
    for (const needed of manifest.bundles[name]?.needs ?? []) add(needed);
    found.add(name);
  };
  for (const module of imports)
    for (const [name, bundle] of Object.entries(manifest.bundles))
      if (bundle.imports.some((it) => `${module}.`.startsWith(`${it}.`))) add(name);
  return [...found];
}
