import { expect, test } from "vitest";

import { Cell, type Plan, Queue } from "./queue.ts";

/** A chapter: 0 makes an app, 1 serves it, 2 is a client, 3 raises as it should, 4 needs Redis. */
function chapter(): { queue: Queue; cells: [Cell, Cell, Cell, Cell, Cell, Cell] } {
  const cells: [Cell, Cell, Cell, Cell, Cell, Cell] = [
    new Cell("app", "app = 1"),
    new Cell("serve", "server = app"),
    new Cell("client", "server"),
    new Cell("raises", "1 / 0", { raises: true }),
    new Cell("redis", "bus = redis()", { reason: "it needs Redis" }),
    new Cell("bus", "bus"),
  ];
  return { queue: new Queue(cells), cells };
}

const NEEDS = [[], [0], [1], [], [], [4]];

function ids(plan: Plan): string[] {
  return [...plan.keys()].map((it) => it.id);
}

/** Run all that waits, well. */
function finish(queue: Queue): void {
  while (queue.next()) queue.end("ok");
}

test("a cell runs after all that it needs, and what that needs", () => {
  const { queue, cells } = chapter();
  expect(ids(queue.plan([cells[2]], NEEDS))).toEqual(["app", "serve", "client"]);
});

test("what has run is not run again, but the cell itself is", () => {
  const { queue, cells } = chapter();
  queue.add(queue.plan([cells[2]], NEEDS).keys());
  finish(queue);
  expect(ids(queue.plan([cells[2]], NEEDS))).toEqual(["client"]);
});

test("what was edited since it ran runs again", () => {
  const { queue, cells } = chapter();
  queue.add(queue.plan([cells[2]], NEEDS).keys());
  finish(queue);
  cells[1].source = "server = None";
  expect(ids(queue.plan([cells[2]], NEEDS))).toEqual(["serve", "client"]);
});

test("a cell that needs one that can't run here runs without it, which is known", () => {
  const { queue, cells } = chapter();
  const plan = queue.plan([cells[0], cells[5]], NEEDS);
  expect([...plan]).toEqual([
    [cells[0], undefined],
    [cells[5], cells[4]],
  ]);
});

test("one cell runs at a time, in the order in which they were added", () => {
  const { queue, cells } = chapter();
  queue.add([cells[0], cells[1]]);
  expect(queue.next()).toBe(cells[0]);
  expect(queue.next()).toBeUndefined();
  expect([cells[0].state, cells[1].state]).toEqual(["running", "queued"]);
  queue.end("ok");
  expect(queue.next()).toBe(cells[1]);
});

test("an exception ends the queue, unless the cell is there to show one", () => {
  const { queue, cells } = chapter();
  queue.add([cells[3], cells[0], cells[1]]);
  queue.next();
  queue.end("error");
  expect(queue.next()).toBe(cells[0]);
  queue.end("error");
  expect(queue.isIdle).toBe(true);
  expect(cells[1].state).toBe("fresh");
  expect([cells[3].hasRun, cells[0].hasRun]).toEqual([true, false]);
});

test("a stopped cell has not run, and none that waits will", () => {
  const { queue, cells } = chapter();
  queue.add([cells[0], cells[1]]);
  queue.next();
  queue.end("cancelled");
  expect([cells[0].hasRun, queue.isIdle]).toEqual([false, true]);
});

test("a cell that waits or runs is not added twice", () => {
  const { queue, cells } = chapter();
  queue.add([cells[0], cells[1]]);
  queue.next();
  queue.add([cells[0], cells[1]]);
  finish(queue);
  expect(cells[0].state).toBe("running");
  queue.end("ok");
  expect(queue.next()).toBe(cells[1]);
  queue.end("ok");
  expect(queue.isIdle).toBe(true);
});

test("a cell that was changed while it runs runs once more, when it has ended well", () => {
  const { queue, cells } = chapter();
  queue.add([cells[0], cells[1]]);
  queue.next();
  cells[0].source = "app = 2";
  queue.add([cells[0]]);
  queue.add([cells[0]]);
  queue.end("ok");
  expect([cells[0].state, queue.next()]).toEqual(["queued", cells[1]]);
  queue.end("ok");
  expect(queue.next()).toBe(cells[0]);
  cells[0].source = "app = 3";
  queue.add([cells[0]]);
  queue.end("error");
  expect([cells[0].state, queue.isIdle]).toEqual(["error", true]);
});

test("a stop takes back that a running cell was to run once more", () => {
  const { queue, cells } = chapter();
  queue.add([cells[0]]);
  queue.next();
  cells[0].source = "app = 2";
  queue.add([cells[0]]);
  queue.clear();
  queue.end("cancelled");
  expect([cells[0].state, queue.isIdle]).toEqual(["cancelled", true]);
});

test("all is what can run here, and while it runs nothing of it again", () => {
  const { queue, cells } = chapter();
  const able = cells.filter((it) => it !== cells[4]);
  expect(queue.all).toEqual(able);
  queue.add(queue.all);
  queue.next();
  queue.end("ok");
  queue.next();
  expect(queue.all).toEqual([]);
  cells[0].source = "app = 2";
  expect(queue.all).toEqual([cells[0]]); // as it stands, it has not run
  queue.end("ok");
  finish(queue);
  expect(queue.all).toEqual(able);
});

test("while a cell runs, all is what has not run", () => {
  const { queue, cells } = chapter();
  queue.add([cells[3], cells[0], cells[1]]);
  queue.next();
  queue.end("error");
  queue.next();
  expect(queue.all).toEqual([cells[2], cells[5]]);
});

test("an interpreter that is gone takes all that has run along", () => {
  const { queue, cells } = chapter();
  queue.add([cells[0], cells[1], cells[2]]);
  queue.next();
  queue.end("ok");
  queue.next();
  queue.forget();
  expect(queue.isIdle).toBe(true);
  expect(ids(queue.plan([cells[2]], NEEDS))).toEqual(["app", "serve", "client"]);
});

test("a step that no cell takes is an error", () => {
  expect(() => new Cell("app", "").enter("running")).toThrow("fresh: it can't be running next");
});
