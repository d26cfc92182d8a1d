import assert from "node:assert/strict";
import { test } from "vitest";

import { EVERYTHING, type Filter, format, isShown, known, parse, type Row, shows } from "./filter.ts";

const ROW: Row = {
  group: "ending",
  text: "handler-returns what ends the connection? close 1011",
  cells: [
    { server: "uvicorn", client: 0, application: 0 },
    { server: "hypercorn", client: 1, application: 0 },
    { server: "daphne", client: 0, application: 0 },
  ],
};

const filter = (changes: Partial<Filter>): Filter => ({ ...EVERYTHING, ...changes });

test("an address says a filter, and a filter its address", () => {
  const full = filter({
    text: "close & 1011",
    group: "ending",
    servers: ["uvicorn", "daphne"],
    view: "client",
    differing: true,
    open: "handler-returns/uvicorn",
  });
  assert.deepEqual(parse(format(full)), full);
  assert.equal(format(EVERYTHING), "");
  assert.deepEqual(parse(""), EVERYTHING);
});

test("an address that says nonsense shows everything", () => {
  assert.deepEqual(parse("?view=both&differing=yes&servers=,,&x=1"), EVERYTHING);
});

test("what an address names and the table has not is left out, and told", () => {
  const names = { groups: ["ending"], servers: ["uvicorn", "daphne"], scenarios: ["handler-returns"] };
  const all = filter({ group: "ending", servers: ["daphne"], open: "handler-returns/daphne", text: "x" });
  assert.deepEqual(known(all, names), [all, []]);
  assert.deepEqual(known(EVERYTHING, names), [EVERYTHING, []]);
  const strange = filter({ group: "endings", servers: ["daphne", "granian2"], open: "handler/uvicorn", text: "x" });
  assert.deepEqual(known(strange, names), [
    filter({ servers: ["daphne"], text: "x" }),
    ["endings", "granian2", "handler/uvicorn"],
  ]);
  assert.deepEqual(known(filter({ servers: ["nobody"] }), names), [EVERYTHING, ["nobody"]]);
  assert.deepEqual(known(filter({ open: "handler-returns/nobody" }), names), [EVERYTHING, ["handler-returns/nobody"]]);
});

test("every word must be there, in any case and order", () => {
  assert.ok(shows(filter({ text: "1011  HANDLER" }), ROW));
  assert.ok(!shows(filter({ text: "1011 daphne" }), ROW));
});

test("a group hides the others", () => {
  assert.ok(shows(filter({ group: "ending" }), ROW));
  assert.ok(!shows(filter({ group: "data" }), ROW));
});

test("a difference counts in the view and among the servers that are shown", () => {
  assert.ok(shows(filter({ differing: true }), ROW));
  assert.ok(shows(filter({ differing: true, view: "client" }), ROW));
  assert.ok(!shows(filter({ differing: true, view: "application" }), ROW));
  assert.ok(!shows(filter({ differing: true, servers: ["uvicorn", "daphne"] }), ROW));
});

test("no server named is every server", () => {
  assert.ok(isShown(EVERYTHING, "uvicorn"));
  assert.ok(!isShown(filter({ servers: ["daphne"] }), "uvicorn"));
});
