// Starts Python as a page does, from the assets alone: node start.mjs FOLDER MANIFEST
//
// Reads lines of JSON: the name of a bundle to unpack, or {"run": CODE}; answers each.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, name] = process.argv.slice(2);
const { pyodide, info, files, bundles } = JSON.parse(readFileSync(`${folder}/${name}`));
const at = (asset) => `${folder}/${asset.file}`;
const { loadPyodide } = await import(pathToFileURL(at(files["pyodide.mjs"])).href);
const python = await loadPyodide({
  indexURL: `${folder}/${pyodide}`,
  stdLibURL: at(files.stdlib),
  lockFileContents: { info, packages: {} },
  stdout: () => {},
});
const extractDir = `/lib/python${info.python.split(".", 2).join(".")}/site-packages`;

function answer(asked) {
  if (asked.run) return python.runPython(asked.run) ?? null;
  const content = new Uint8Array(readFileSync(at(bundles[asked])));
  python.unpackArchive(content, "gztar", { extractDir });
  python.runPython("import importlib; importlib.invalidate_caches()");
  return null;
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = { result: answer(JSON.parse(line)) };
  } catch (error) {
    said = { error: String(error).slice(-2000) };
  }
  console.log(JSON.stringify(said));
}
