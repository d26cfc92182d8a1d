// What a script can see of a WebSocket, as lines of the console. It runs in a page of the
// server's origin with Chromium's own WebSocket, and in the frame with ours.
const log = (...parts) => console.log(JSON.stringify(parts));

const facts = (ws) => [ws.readyState, ws.protocol, ws.extensions];

const shown = (data) =>
  data instanceof ArrayBuffer ? ["ArrayBuffer", ...new Uint8Array(data)] : data instanceof Blob ? ["Blob", data.size, data.type] : data;

const details = (event) =>
  event instanceof CloseEvent
    ? [event.code, event.reason, event.wasClean]
    : event instanceof MessageEvent
      ? [shown(event.data), event.origin.replace(/\d+$/, "PORT"), event.lastEventId, event.source]
      : [];

const watched = (name, path, ...protocols) => {
  const ws = new WebSocket(path, ...protocols);
  for (const type of ["open", "message", "error", "close"]) {
    ws.addEventListener(type, (event) => {
      const about = [event.constructor.name, event.bubbles, event.cancelable, event.target === ws];
      log(name, event.type, about, details(event), facts(ws));
    });
  }
  return ws;
};

const next = (ws, type) => new Promise((resolve) => ws.addEventListener(type, resolve, { once: true }));

// What is sent leaves at some time after; what was asked before that is no fact.
const drained = async (ws) => {
  while (ws.bufferedAmount > 0) await new Promise((resolve) => setTimeout(resolve));
};

const attempt = (name, act) => {
  try {
    log("attempt", name, "returned", String(act()));
  } catch (error) {
    log("attempt", name, "threw", error.constructor.name, error.name, error instanceof DOMException);
  }
};

// The object itself
log(WebSocket.name, WebSocket.length, typeof WebSocket, Object.keys(WebSocket).sort());
log(Object.keys(WebSocket.prototype).sort());
log([WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED]);
for (const property of ["url", "readyState", "binaryType", "onopen"]) {
  const { get, set, enumerable, configurable } = Object.getOwnPropertyDescriptor(WebSocket.prototype, property);
  log(property, typeof get, typeof set, enumerable, configurable);
}

// What the constructor refuses
attempt("no address", () => new WebSocket());
attempt("a call", () => WebSocket("/echo"));
for (const url of ["http://[", "ftp://a/", "mailto:a@b", "ws://a/#b", "/echo#", "ws://"]) {
  attempt(url, () => new WebSocket(url));
}
for (const protocols of ["", "a b", "é", "a,b", ["a", "a"], ["a", ""], ["a", "A", "b c"], [1, "1"], {}, null]) {
  attempt(JSON.stringify(protocols), () => new WebSocket("/refuse", protocols));
}

// An echo: states, exceptions while it connects, events in their order
const ws = watched("echo", "/echo?a=b");
log(String(ws), ws instanceof EventTarget, ws instanceof WebSocket, ws.url.replace(/:\d+/, ":PORT"), facts(ws));
log(ws.OPEN, ws.CLOSED, ws.binaryType, ws.onmessage, Object.keys(ws));
attempt("send while it connects", () => ws.send("early"));
attempt("close with 999", () => ws.close(999));
attempt("close with 1001", () => ws.close(1001));
attempt("close with 2999", () => ws.close(2999));
attempt("close with 5000", () => ws.close(5000));
attempt("close with null", () => ws.close(null));
attempt("close with a word", () => ws.close("normal"));
attempt("close with NaN", () => ws.close(NaN));
attempt("close with a reason of 124 bytes", () => ws.close(1000, "é".repeat(62)));
attempt("close with a bad code and a long reason", () => ws.close(1, "é".repeat(62)));
await next(ws, "open");
attempt("send nothing", () => ws.send());
ws.binaryType = "bytes";
log(ws.binaryType);
for (const data of ["text", "", "grüße €", "\ud800", 42, null, undefined, { a: 1 }, [1, 2]]) {
  const heard = next(ws, "message");
  await drained(ws);
  ws.send(data);
  log("sent", ws.bufferedAmount);
  await heard;
}
ws.binaryType = "arraybuffer";
const buffer = Uint8Array.of(0, 1, 2, 254, 255);
for (const data of [buffer, buffer.buffer, buffer.subarray(1, 3), new DataView(buffer.buffer, 2), new ArrayBuffer(0)]) {
  const heard = next(ws, "message");
  await drained(ws);
  ws.send(data);
  log("sent", ws.bufferedAmount);
  await heard;
}
ws.binaryType = "blob";
await drained(ws);
ws.send(new Blob(["a", buffer]));
ws.send("after the Blob");
ws.send(buffer);
buffer.fill(7);
log("sent", ws.bufferedAmount);
const echoed = [];
await new Promise((resolve) => {
  ws.addEventListener("message", function keep({ data }) {
    if (echoed.push(data) < 3) return;
    ws.removeEventListener("message", keep);
    resolve();
  });
});
for (const data of echoed) {
  if (data instanceof Blob) log([...new Uint8Array(await data.arrayBuffer())]);
}

// Handlers: order, removal, what they return, one that raises
const order = [];
const by = (name) => () => order.push(name);
ws.onmessage = by("first");
ws.addEventListener("message", by("listener"));
ws.onmessage = by("second");
ws.addEventListener("message", { handleEvent: by("object") });
log(typeof ws.onmessage);
let heard = next(ws, "message");
ws.send("1");
await heard;
ws.onmessage = null;
ws.onmessage = by("third");
heard = next(ws, "message");
ws.send("2");
await heard;
ws.onmessage = 42;
log(ws.onmessage, order);

// The end that the client makes
await drained(ws);
const ended = next(ws, "close");
attempt("close", () => ws.close(4999, "héhé"));
log(facts(ws));
attempt("close again", () => ws.close(3000));
attempt("close again with a bad code", () => ws.close(2000));
ws.send("lost");
ws.send(new Uint8Array(10));
log(ws.readyState, ws.bufferedAmount);
await ended;
attempt("send when it is closed", () => ws.send("lost too"));
attempt("close when it is closed", () => ws.close());
log(ws.readyState, ws.bufferedAmount);

// Other ends
for (const [name, act] of Object.entries({
  "no code": (it) => it.close(),
  "1000": (it) => it.close(1000),
  "an empty reason": (it) => it.close(3000, ""),
  "text": (it) => it.close("4000", 42),
})) {
  const it = watched(name, "/echo");
  await next(it, "open");
  act(it);
  await next(it, "close");
}
const early = watched("closed early", "/early");
early.close(3000, "early");
log(facts(early));
attempt("send when it never opened", () => early.send("lost"));
log(early.bufferedAmount);
queueMicrotask(() => log("a microtask"));
setTimeout(() => log("a task"));
await next(early, "close");
for (const path of ["/close/1000", "/close/1001", "/close/1011", "/close/4001", "/vanish", "/refuse", "/missing", "/raise", "/text"]) {
  await next(watched(path, path), "close");
}

// Subprotocols
for (const protocols of [[], undefined, 7, "chat", ["other", "chat"], ["other"], new Set(["chat"])]) {
  const it = watched("protocols", "/protocol", protocols);
  await Promise.race([next(it, "open"), next(it, "close")]);
  if (it.readyState === 1) {
    it.close();
    await next(it, "close");
  }
}

// Many messages at once, and a long one
const many = watched("many", "/count");
await next(many, "open");
for (let index = 0; index < 20; index += 1) many.send(`${index}`);
await next(many, "close");
const long = new WebSocket("/length");
await next(long, "open");
long.send("é".repeat(100_000));
log("sent", long.bufferedAmount);
log((await next(long, "message")).data);
long.close();
await next(long, "close");

// What nobody catches
const raising = watched("raising", "/text");
raising.onopen = () => {
  throw new Error("from a handler");
};
await next(raising, "close");
log("end");
