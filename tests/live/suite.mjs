// A worker that runs suite.py, as run.mjs does in Node.
//
// It is sent the file's arguments. It sends the lines that the file prints, and null after
// the last.

self.onmessage = async ({ data: args }) => {
  await run(args).catch((error) => self.postMessage(String(error).slice(-2000)));
  self.postMessage(null);
};

async function run(args) {
  const [archive, file] = await Promise.all(["work.zip", "suite.py"].map((it) => fetch(it)));
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  const python = await loadPyodide({
    args: ["/file.py", ...args],
    env: { PYTHONHASHSEED: "0" },
    stdout: (line) => self.postMessage(line),
    stderr: (line) => self.postMessage(line),
  });
  python.unpackArchive(await archive.arrayBuffer(), "zip", { extractDir: "/work" });
  const run = python.pyimport("pyodide.code").eval_code;
  const source = await file.text();
  // As frontend/src/live/worker.ts calls Python.
  if ("Suspending" in WebAssembly) await run.callPromising(source, python.globals);
  else run(source, python.globals);
}
