import { expect, test } from "vitest";

import { cellsOf } from "./book.ts";

const NOTEBOOK = {
  cells: [
    { cell_type: "markdown", id: "title", source: "# Echo" },
    { cell_type: "code", id: "app", metadata: { tags: ["app:echo.py"] }, source: ["a = 1\n", "b = 2"] },
    { cell_type: "code", id: "fails", metadata: { tags: ["raises-exception"] }, source: "1 / 0" },
    { cell_type: "code", id: "redis", metadata: {}, source: "redis()" },
  ],
};

test("a notebook's code cells are a chapter's", () => {
  const cells = cellsOf(NOTEBOOK, new Map([["redis", "it needs Redis"]]));
  expect(cells.map((it) => [it.id, it.source, it.raises, it.reason])).toEqual([
    ["app", "a = 1\nb = 2", false, ""],
    ["fails", "1 / 0", true, ""],
    ["redis", "redis()", false, "it needs Redis"],
  ]);
});

test("what is no notebook is an error", () => {
  for (const other of [null, {}, { cells: 3 }, "cells"]) {
    expect(() => cellsOf(other, new Map())).toThrow("no cells");
  }
});
