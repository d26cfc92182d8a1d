import { expect, test } from "vitest";

import { importsOf } from "./imports.ts";

test("imports are found where they stand", () => {
  expect(importsOf("import a.b, c as d  # e\nif True:\n    import f; x = 1")).toEqual(["a.b", "c", "f"]);
  expect(importsOf("from starlette import testclient as t, routing")).toEqual([
    "starlette",
    "starlette.testclient",
    "starlette.routing",
  ]);
  expect(importsOf("from a import (\n    b,  # first\n    c,\n)")).toEqual(["a", "a.b", "a.c"]);
  expect(importsOf("from a import *")).toEqual(["a"]);
});

test("what only reads like one is none", () => {
  expect(importsOf("important = 1\nx.import_module('a')\nyield from a")).toEqual([]);
});
