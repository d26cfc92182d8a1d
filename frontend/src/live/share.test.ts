import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";

import { carries, fragment, LONGEST, shared } from "./share.ts";

const SOURCE = 'await send({"type": "websocket.close", "code": 4321})\nprint("naïve \u{1f409}")\n';

function link(bytes: Uint8Array): string {
  return `#run=a.${Buffer.from(bytes).toString("base64url")}`;
}

test("a link carries a cell", async () => {
  const hash = await fragment({ cell: "client-closes", source: SOURCE });
  expect(hash).toMatch(/^#run=client-closes\.[\w-]+$/);
  expect(carries(hash)).toBe(true);
  expect(await shared(hash)).toEqual({ cell: "client-closes", source: SOURCE });
});

test("a cell's name may have any characters", async () => {
  const one = { cell: "a.b#c/d é", source: "" };
  expect(await shared(await fragment(one))).toEqual(one);
});

test("a link is shorter than what it carries", async () => {
  const source = SOURCE.repeat(20);
  expect((await fragment({ cell: "a", source })).length).toBeLessThan(source.length / 4);
});

test("what no link could bring back is not made one", async () => {
  const source = "a".repeat(LONGEST);
  expect((await shared(await fragment({ cell: "a", source }))).source).toBe(source);
  await expect(fragment({ cell: "a", source: `${source}a` })).rejects.toThrow(`at most ${LONGEST}`);
});

test("other fragments carry nothing", () => {
  expect(["", "#text", "#runs", "#run"].filter(carries)).toEqual([]);
});

test("a damaged link is refused", async () => {
  for (const hash of ["#run=", "#run=a"]) await expect(shared(hash), hash).rejects.toThrow("carries no cell");
  const whole = link(deflateRawSync(Buffer.from("a text")));
  const notText = link(deflateRawSync(Buffer.from([0xff, 0xfe])));
  for (const hash of ["#run=a.%", "#run=a.!!!!", "#run=a.AAAA", "#run=%E0.AwA", notText, whole.slice(0, -3)]) {
    await expect(shared(hash), hash).rejects.toThrow(/^the link is damaged, or not whole$/);
  }
});

test("a link that unpacks to too much is refused before it is unpacked", async () => {
  const bomb = link(deflateRawSync(Buffer.alloc(50_000_000, "a")));
  expect(bomb.length).toBeLessThan(100_000);
  await expect(shared(bomb)).rejects.toThrow(`more than ${LONGEST}`);
});
