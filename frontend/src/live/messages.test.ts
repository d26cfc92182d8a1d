import { expect, test } from "vitest";

import { heard, joined } from "./messages.ts";

test("a message of a worker is heard", () => {
  for (const message of [
    { type: "ready" },
    { type: "needs", asked: 1, needs: [[], [0]] },
    { type: "visited", asked: 2, url: "http://a/", source: "<p>", error: "" },
    { type: "output", run: "1", cell: "a", output: { output_type: "stream", name: "stdout", text: ["a", "b"] } },
    { type: "output", run: "1", cell: "a", output: { output_type: "display_data", data: { "text/html": "<b>" } } },
    { type: "done", run: "1", cell: "a", status: "cancelled", number: 1 },
    { type: "script", script: "1", run: "1", cell: "a", url: "http://a/", source: "" },
    { type: "message", socket: "1", data: new ArrayBuffer(2) },
  ]) {
    expect(heard(message)).toBe(message);
  }
});

test("what the reader's code makes up is not", () => {
  for (const data of [
    null,
    "ready",
    {},
    { type: "constructor" },
    { type: "toString" },
    { type: "run", run: "1", cell: "a", source: "" },
    { type: "done", run: "1", cell: "a", status: "fine", number: 1 },
    { type: "done", run: "1", cell: "a", status: "ok", number: "1" },
    { type: "needs", asked: 1, needs: [["0"]] },
    { type: "visited", asked: 2, url: "http://a/", source: null, error: "" },
    { type: "script", script: 1, run: "1", cell: "a", url: "http://a/", source: "" },
    { type: "progress", loaded: Number.NaN, total: 1, step: "" },
    { type: "output", run: "1", cell: "a", output: { output_type: "stream", name: "toString", text: "" } },
    { type: "output", run: "1", cell: "a", output: { output_type: "error", ename: "A", evalue: "", traceback: [1] } },
    { type: "output", run: "1", cell: "a", output: { output_type: "display_data", data: null } },
  ]) {
    expect(heard(data)).toBeUndefined();
  }
});

test("a text may come in parts", () => {
  expect(joined(["a\n", "b"])).toBe("a\nb");
  expect(joined("a")).toBe("a");
});
