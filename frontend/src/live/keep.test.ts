import { expect, test } from "vitest";

import { Kept, type Shelf } from "./keep.ts";

/** A browser's storage. */
class Memory extends Map<string, string> implements Shelf {
  getItem(key: string): string | null {
    return this.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.set(key, value);
  }

  removeItem(key: string): void {
    this.delete(key);
  }
}

test("an edit is there at the next visit of the same page", () => {
  const shelf = new Memory();
  new Kept("/echo/", shelf).keep("a", "print(1)");
  expect(new Kept("/echo/", shelf).source("a")).toBe("print(1)");
  expect(new Kept("/closing/", shelf).source("a")).toBeUndefined();
});

test("what is taken back leaves nothing", () => {
  const shelf = new Memory();
  const kept = new Kept("/echo/", shelf);
  kept.keep("a", "print(1)");
  kept.keep("b", "print(2)");
  kept.keep("a", undefined);
  expect([kept.source("a"), kept.source("b")]).toEqual([undefined, "print(2)"]);
  kept.clear();
  expect(shelf.size).toBe(0);
});

test("the cell that was edited last is the last", () => {
  const shelf = new Memory();
  const kept = new Kept("/echo/", shelf);
  for (const [cell, source] of [["a", "1"], ["b", "2"], ["c", "3"], ["a", "4"], ["c", undefined]] as const) {
    kept.keep(cell, source);
  }
  for (const it of [kept, new Kept("/echo/", shelf)]) expect(it.cells).toEqual(["b", "a"]);
});

test("tabs with the same page keep each other's edits", () => {
  const shelf = new Memory();
  const [one, other] = [new Kept("/echo/", shelf), new Kept("/echo/", shelf)];
  one.keep("a", "print(1)");
  other.keep("b", "print(2)");
  const next = new Kept("/echo/", shelf);
  expect([next.source("a"), next.source("b")]).toEqual(["print(1)", "print(2)"]);
  expect(other.source("a")).toBeUndefined(); // it is not what that tab shows
});

test("a link's source stands for the reader's own, and replaces nothing that is kept", () => {
  const shelf = new Memory();
  const kept = new Kept("/echo/", shelf);
  kept.keep("a", "print(1)");
  kept.borrow("a", "print(2)");
  expect(kept.source("a")).toBe("print(2)");
  expect(new Kept("/echo/", shelf).source("a")).toBe("print(1)");
  kept.keep("a", "print(3)");
  expect(kept.source("a")).toBe("print(3)");
});

test("what another script left in the storage is no edit", () => {
  for (const left of ["", "{", "null", "3", '{"a": 1}', "[[]]"]) {
    const shelf = new Memory([["wslab:edited:/echo/", left]]);
    expect(new Kept("/echo/", shelf).source("a"), left).toBeUndefined();
  }
});

test("a browser that keeps nothing has edits as long as the page", () => {
  const full: Shelf = {
    getItem: () => null,
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
    removeItem: () => {},
  };
  for (const shelf of [full, undefined]) {
    const kept = new Kept("/echo/", shelf);
    kept.keep("a", "print(1)");
    expect(kept.source("a")).toBe("print(1)");
  }
});
