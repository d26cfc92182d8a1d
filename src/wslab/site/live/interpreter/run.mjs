// Runs a Python file in Pyodide: node run.mjs PYODIDE FOLDER FILE ARGUMENTS
//
// FOLDER is /work to the file; what the file prints goes to standard output.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, folder, file, ...args] = process.argv.slice(2);
process.on("uncaughtException", (error) => {
  // By itself Node shows the line of its source that threw, too: a megabyte.
  console.error(String(error).slice(-2000));
  process.exit(1);
});
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await loadPyodide({
  indexURL: pyodide,
  args: ["/file.py", ...args],
  // A constant set of strings is written in the order of its hashes.
  env: { PYTHONHASHSEED: "0" },
});
python.mountNodeFS("/work", folder);
python.runPython(readFileSync(file, "utf8"));
