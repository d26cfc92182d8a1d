import { expect, test } from "vitest";

import type { FromWorker } from "./messages.ts";
import { Streams } from "./streams.ts";

function write(text: string, name: "stdout" | "stderr" = "stdout", run = "1"): FromWorker {
  return { type: "output", run, cell: "a", output: { output_type: "stream", name, text } };
}

const DONE: FromWorker = { type: "done", run: "1", cell: "a", status: "ok", number: 1 };

test("neighbouring writes to one stream become one, before whatever follows", () => {
  const said: FromWorker[] = [];
  const streams = new Streams((message) => said.push(message));
  for (const message of [write("a"), write("b"), write("c", "stderr"), write("d"), write("e", "stdout", "2"), DONE]) {
    streams.pass(message);
  }
  expect(said).toEqual([write("ab"), write("c", "stderr"), write("d"), write("e", "stdout", "2"), DONE]);
});

test("a write that stays the last one is passed on", async () => {
  const said = await new Promise<FromWorker>((resolve) => new Streams(resolve).pass(write("a")));
  expect(said).toEqual(write("a"));
});

test("a loop that never rests is heard", () => {
  const said: FromWorker[] = [];
  const streams = new Streams((message) => said.push(message));
  while (said.length < 2) streams.pass(write("a"));
  expect(said.every((it) => it.type === "output")).toBe(true);
});
