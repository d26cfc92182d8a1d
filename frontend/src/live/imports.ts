/** What a cell imports, as far as the worker has to know before it runs: its bundles. */

const STATEMENT = /^[ \t]*(?:import[ \t]+([^\n#;]+)|from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+))/gm;

/** Return the modules that a source may import: `from a import b` may mean `a.b`. */
export function importsOf(source: string): string[] {
  const found = new Set<string>();
  for (const [, modules, module, names] of source.matchAll(STATEMENT)) {
    for (const it of named(modules ?? "")) found.add(it);
    if (!module) continue;
    found.add(module);
    for (const it of named(names ?? "")) found.add(`${module}.${it}`);
  }
  return [...found];
}

function named(list: string): string[] {
  const names = list.replace(/[()]/g, "").replace(/#.*/g, "").split(",");
  return names.map((it) => it.trim().split(/\s/)[0] ?? "").filter((it) => /^[\w.]+$/.test(it));
}
