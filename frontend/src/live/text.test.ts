import { expect, test } from "vitest";

import { bounded, LIMIT, megabytes, plain } from "./text.ts";

test("a terminal's escapes and overwritten lines are not shown", () => {
  expect(plain("\x1b[0;31mred\x1b[0m")).toBe("red");
  expect(plain("10 %\r100 %\nnext\r\n")).toBe("100 %\nnext\n");
});

test("a text that is too long says how much is left out", () => {
  expect(bounded("a".repeat(LIMIT))).toBe("a".repeat(LIMIT));
  expect(bounded("a".repeat(LIMIT + 5))).toBe(`${"a".repeat(LIMIT)}\n… 5 characters left out`);
  expect(bounded("a".repeat(LIMIT), LIMIT + 9)).toBe(`${"a".repeat(LIMIT)}\n… 9 characters left out`);
});

test("bytes are told in megabytes", () => {
  expect(megabytes(8_412_345)).toBe("8.4 MB");
});
