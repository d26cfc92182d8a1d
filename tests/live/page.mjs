// A page's worker in Node: node page.mjs FOLDER MANIFEST BUNDLE...
//
// It loads Python from the site's assets as a worker does. Each line on standard input is
// a message to the worker, each on standard output one of its answers (messages.ts).
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, manifestFile, ...bundles] = process.argv.slice(2);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

// An uncaught error would print the megabyte of source in which it was thrown.
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (error) => {
    say({ type: "failed", message: String(error?.stack ?? error).slice(0, 2000), lost: true });
    process.exit(1);
  });
}

const manifest = JSON.parse(readFileSync(join(folder, manifestFile), "utf8"));
const { info, files } = manifest;
const { loadPyodide } = await import(pathToFileURL(join(folder, files["pyodide.mjs"].file)).href);
const python = await loadPyodide({
  indexURL: join(folder, manifest.pyodide),
  stdLibURL: join(folder, files.stdlib.file),
  lockFileContents: { info, packages: {} },
  stdout: (text) => process.stderr.write(`${text}\n`),
  stderr: (text) => process.stderr.write(`${text}\n`),
});
const packages = `/lib/python${info.python.split(".", 2).join(".")}/site-packages`;
for (const name of bundles) {
  const archive = readFileSync(join(folder, manifest.bundles[name].file));
  python.unpackArchive(new Uint8Array(archive), "gztar", { extractDir: packages });
}

let drive = () => {};
const turns = new MessageChannel();
turns.port2.onmessage = () => drive();
globalThis.schedule = (milliseconds) => {
  if (milliseconds <= 0) turns.port1.postMessage(0);
  else setTimeout(() => drive(), milliseconds);
};
const { Session } = python.pyimport("wslab.live.page.session");
const session = Session((message) => process.stdout.write(`${message}\n`));
const turn = session.drive;
const waits = "Suspending" in WebAssembly;
drive = waits ? () => void turn.callPromising() : () => turn();
say({ type: "ready", waits });

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { type, ...message } = JSON.parse(line);
  if (type === "run") session.run(message.run, message.cell, message.source);
  else if (type === "stop") session.stop();
  else if (type === "play") {
    const { run, application, client, options } = message;
    session.play(run, application, client, JSON.stringify(options));
  } else if (type === "visit") session.visit(message.asked, message.server, message.path);
  else if (type === "ended") session.scripts.end(message.script);
  else if (type === "connect") {
    const { socket, url, protocols, origin } = message;
    session.clients.connect(socket, url, JSON.stringify(protocols), origin);
  } else if (type === "send") session.clients.send(message.socket, message.data, message.text);
  else if (type === "close") session.clients.close(message.socket, message.code, message.reason ?? "");
  else if (type === "abandon") session.clients.abandon(message.socket);
  else say({ type, needs: JSON.parse(session.needs(JSON.stringify(message.sources))) });
});
lines.on("close", () => process.exit(0));
