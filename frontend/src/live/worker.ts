/** The worker of a page: hears what the page asks, and turns the loop that runs in Python. */

import { Assets } from "./assets.ts";
import { isolate } from "./isolation.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { Python } from "./python.ts";
import { Streams } from "./streams.ts";
import { told } from "./text.ts";

/** Milliseconds between two words on how much is loaded. */
const OFTEN = 50;

const post = (message: FromWorker): void => self.postMessage(message);

const streams = new Streams(post);

let drive = (): void => {};
const turns = new MessageChannel();
turns.port2.onmessage = () => drive();

/** Called by the page's loop, which wants to be driven: at once, or after milliseconds. */
Object.assign(self, {
  schedule(milliseconds: number): void {
    if (milliseconds <= 0) turns.port1.postMessage(0);
    else setTimeout(() => drive(), milliseconds);
  },
});

function failed(error: unknown, lost = true): void {
  post({ type: "failed", message: told(error), lost });
}

let said = 0;

function progress(loaded: number, total: number, step: string): void {
  if (loaded < total && performance.now() - said < OFTEN) return;
  said = performance.now();
  post({ type: "progress", loaded, total, step });
}

/** A message as Python says it: bytes are in base64. */
type Said = FromWorker | { readonly type: "message"; readonly socket: string; readonly data: { readonly base64: string } };

function unpacked(message: Said): FromWorker {
  if (message.type !== "message" || typeof message.data !== "object" || !("base64" in message.data)) {
    return message as FromWorker;
  }
  const { buffer } = Uint8Array.from(atob(message.data.base64), (it) => it.charCodeAt(0));
  return { ...message, data: buffer };
}

function toBase64(data: ArrayBuffer): string {
  return btoa(Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join(""));
}

async function load(manifest: string): Promise<Python> {
  const said = (message: string): void => streams.pass(unpacked(JSON.parse(message) as Said));
  const python = await Python.start(await Assets.open(manifest), progress, said);
  isolate();
  const turn = python.session.drive;
  const waits = "Suspending" in WebAssembly; // JSPI: the interpreter's stack can be put aside
  drive = waits
    ? () => void turn.callPromising().catch(failed)
    : () => {
        try {
          turn();
        } catch (error) {
          failed(error);
        }
      };
  return python;
}

let loading: Promise<Python> | undefined;

/** The run that waits for a bundle, which Stop takes back. */
let waiting: { readonly run: string; readonly cell: string } | undefined;

/** Begin a run once the bundles are there that its source imports. */
async function begin(python: Python, run: string, cell: string, source: string, act: () => void): Promise<void> {
  const mine = { run, cell };
  waiting = mine;
  try {
    await python.provide(source, progress);
  } catch (error) {
    if (waiting === mine) failed(error, false);
    return;
  }
  if (waiting !== mine) return;
  waiting = undefined;
  act();
}

async function hear(message: ToWorker): Promise<void> {
  if (message.type === "load") {
    loading ??= load(message.manifest);
    await loading;
    return post({ type: "ready" });
  }
  const python = await loading;
  if (!python) return;
  switch (message.type) {
    case "needs": {
      const needs = JSON.parse(python.session.needs(JSON.stringify(message.sources))) as number[][];
      post({ type: "needs", asked: message.asked, needs });
      break;
    }
    case "run": {
      const { run, cell, source } = message;
      await begin(python, run, cell, source, () => python.session.run(run, cell, source));
      break;
    }
    case "play": {
      const { run, application, client, options } = message;
      const play = (): void => python.session.play(run, application, client, JSON.stringify(options));
      await begin(python, run, "client", `${application}\n${client}`, play);
      break;
    }
    case "visit":
      python.session.visit(message.asked, message.server, message.path);
      break;
    case "ended":
      python.session.scripts.end(message.script);
      break;
    case "connect": {
      const { socket, url, protocols, origin } = message;
      python.session.clients.connect(socket, url, JSON.stringify(protocols), origin);
      break;
    }
    case "send": {
      const { socket, data } = message;
      const isText = typeof data === "string";
      python.session.clients.send(socket, isText ? data : toBase64(data), isText);
      break;
    }
    case "close":
      python.session.clients.close(message.socket, message.code, message.reason ?? "");
      break;
    case "abandon":
      python.session.clients.abandon(message.socket);
      break;
    case "stop":
      if (waiting) post({ type: "done", ...waiting, status: "cancelled", number: 0 });
      else python.session.stop();
      waiting = undefined;
      break;
  }
}

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  hear(data).catch((error: unknown) => failed(error));
});
