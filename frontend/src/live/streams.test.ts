import { expect, test } from "vitest";

import { type FromWorker, joined } from "./messages.ts";
import { Streams } from "./streams.ts";

function write(text: string, name: "stdout" | "stderr" = "stdout", run = "1"): FromWorker {
  return { type: "output", run, cell: "a", output: { output_type: "stream", name, text } };
}

function textIn(message: FromWorker): string {
  const written = message.type === "output" && message.output.output_type === "stream";
  return written ? joined(message.output.text) : ".";
}

const DONE: FromWorker = { type: "done", run: "1", cell: "a", status: "ok", number: 1 };

test("few writes pass at once, for Python may not rest after them", () => {
  const said: FromWorker[] = [];
  const streams = new Streams((message) => said.push(message));
  const few = [write("a"), write("b"), write("c", "stderr"), write("d"), write("e", "stdout", "2"), DONE];
  for (const message of few) streams.pass(message);
  expect(said).toEqual(few);
});

test("of many, neighbouring ones to one stream become one, before whatever follows", () => {
  const said: FromWorker[] = [];
  const streams = new Streams((message) => said.push(message));
  const many = Array.from({ length: 1000 }, () => write("a"));
  for (const message of [...many, write("b"), write("c", "stderr"), DONE]) streams.pass(message);
  expect(said.length).toBeLessThan(500);
  expect(said.map(textIn).join("")).toEqual(`${"a".repeat(1000)}bc.`);
  expect(said.slice(-2)).toEqual([write("c", "stderr"), DONE]);
});

test("what stays the last is passed on", async () => {
  const texts: string[] = [];
  await new Promise<void>((resolve) => {
    const streams = new Streams((message) => {
      texts.push(textIn(message));
      if (texts.at(-1)?.endsWith("z")) resolve();
    });
    for (let n = 0; n < 100; n += 1) streams.pass(write("a"));
    streams.pass(write("z"));
  });
  expect(texts.length).toBeLessThan(100);
});

test("a loop that never rests is heard", () => {
  const said: FromWorker[] = [];
  const streams = new Streams((message) => said.push(message));
  while (said.length < 2) streams.pass(write("a"));
  expect(said.every((it) => it.type === "output")).toBe(true);
});
