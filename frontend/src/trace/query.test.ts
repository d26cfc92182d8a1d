import assert from "node:assert/strict";
import { test } from "vitest";

import { comparing, EVERYTHING, findable, format, parse, type Query, shows } from "./query.ts";
import { bytes, flow, lasted, seconds, type Summary } from "./summary.ts";

const SEEN: Summary = {
  number: 7,
  version: 1,
  live: false,
  running: false,
  websocket: true,
  path: "/chat/blue?user=1",
  client: "127.0.0.1:50000",
  code: 1006,
  status: null,
  reason: null,
  closedBy: "server",
  began: 1000,
  duration: 2.5,
  fromClient: { messages: 3, bytes: 45 },
  fromServer: { messages: 0, bytes: 0 },
  whole: true,
  cause: "handler-raised",
  why: "the handler raised KeyError: 'room'",
  failed: true,
};

const query = (changes: Partial<Query>): Query => ({ ...EVERYTHING, ...changes });
const seen = (changes: Partial<Summary>): Summary => ({ ...SEEN, ...changes });
const shown = (changes: Partial<Query>, of: Partial<Summary> = {}) =>
  shows(query(changes), seen(of), findable(seen(of)));

test("a fragment says a query, and a query its fragment", () => {
  const full = query({
    text: "key & room",
    state: "ended",
    path: "/chat/blue",
    code: "1006",
    failures: true,
    http: true,
    sort: "duration",
    down: true,
    open: 7,
  });
  assert.deepEqual(parse(format(full)), full);
  assert.equal(format(EVERYTHING), "");
  assert.deepEqual(parse("#"), EVERYTHING);
});

test("a fragment that says nonsense shows everything", () => {
  assert.deepEqual(parse("#state=dead&sort=-toString&open=-1&failures=yes&x"), EVERYTHING);
});

test("every word must be in a column, in any case and order", () => {
  assert.ok(shown({ text: "ROOM  1006 #7" }));
  assert.ok(!shown({ text: "room 1000" }));
});

test("filters hide what is otherwise", () => {
  assert.ok(shown({ state: "ended", path: "/chat/blue", code: "1006", failures: true }));
  assert.ok(!shown({ state: "live" }));
  assert.ok(!shown({ path: "/chat" }));
  assert.ok(!shown({ code: "1000" }));
  assert.ok(!shown({ failures: true }, { failed: false }));
  assert.ok(shown({ code: "403" }, { code: null, status: 403 }));
});

test("what is no WebSocket is shown where it is asked for", () => {
  assert.ok(!shown({}, { websocket: false }));
  assert.ok(shown({ http: true }, { websocket: false }));
});

test("equal ones stay in the order of their numbers", () => {
  const all = [seen({ number: 2 }), seen({ number: 3, duration: 1 }), seen({ number: 1 })];
  const order = (changes: Partial<Query>) => [...all].sort(comparing(query(changes), 0)).map(({ number }) => number);
  assert.deepEqual(order({}), [1, 2, 3]);
  assert.deepEqual(order({ sort: "duration" }), [3, 1, 2]);
  assert.deepEqual(order({ sort: "duration", down: true }), [2, 1, 3]);
});

test("what lives has lasted until now", () => {
  assert.equal(lasted(seen({ live: true, duration: null }), 1003), 3);
  assert.equal(lasted(SEEN, 1003), 2.5);
  assert.equal(lasted(seen({ live: true, duration: null, began: null }), 1003), null);
});

test("times and sizes are short", () => {
  const times = [0.0000042, 0.0021, 0.0996, 0.9996, 9.996, 59.96, 185, 7500];
  assert.deepEqual(times.map(seconds), ["4 µs", "2.1 ms", "100 ms", "1.00 s", "10.0 s", "1:00 min", "3:05 min", "2 h 5 min"]);
  assert.deepEqual([0, 999, 1234, 99_999, 12_000_000].map(bytes), ["0 B", "999 B", "1.2 kB", "100 kB", "12 MB"]);
});

test("bytes that were not all counted are at least so many", () => {
  assert.equal(flow(SEEN.fromClient, true), "3 · 45 B");
  assert.equal(flow(SEEN.fromClient, false), "3 · ≥ 45 B");
  assert.equal(flow(SEEN.fromServer, true), "");
});
