import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { fragment } from "../share.ts";
import { asFile, fromFragment, type Kind, ORIGIN, type Point, type Project, toFragment } from "./project.ts";

const FOLDER = new URL("../../../../site_src/playground/", import.meta.url);

const read = (name: string): string => readFileSync(new URL(name, FOLDER), "utf8");

const PROJECTS = (JSON.parse(read("starting-points.json")) as Point[]).map(
  ({ name, client, pages = 1, options = {} }): Project => ({
    name,
    application: read(`${name}.py`),
    client: { kind: client.split(".").pop() as Kind, source: read(client), pages, origin: ORIGIN },
    options,
  }),
);

test("a link carries a project, and is short", async () => {
  const lengths: number[] = [];
  for (const project of PROJECTS) {
    const link = await toFragment(project);
    expect(await fromFragment(link)).toEqual(project);
    lengths.push(link.length);
  }
  lengths.sort((one, other) => one - other);
  expect(lengths[lengths.length / 2]).toBeLessThan(2000);
});

test("what a link carries is a playground with options that there are, or refused", async () => {
  const link = (content: unknown): Promise<string> => fragment({ cell: "playground", source: JSON.stringify(content) });
  const options = { ws: "wsproto", ws_max_size: -1, ws_ping_interval: "2", ws_ping_timeout: 1, log_level: "debug", lifespan: "maybe" };
  const found = await fromFragment(await link(["a", "b", "js", "c", 2, options]));
  expect(found.options).toEqual({ ws: "wsproto", ws_ping_timeout: 1 });
  const parts = { ws_max_size: 1.5, limit_concurrency: 0, ws_ping_interval: 1.5 };
  expect((await fromFragment(await link(["a", "b", "js", "c", 2, parts]))).options).toEqual({ ws_ping_interval: 1.5 });
  const known = { ws_ping_timeout: 0.5, lifespan: "off" };
  expect((await fromFragment(await link(["a", "b", "js", "c", 2, known]))).options).toEqual(known);
  const of = async (origin: unknown): Promise<string> =>
    (await fromFragment(await link(["a", "b", "js", "c", 1, {}, origin]))).client.origin;
  expect(await of("https://elsewhere.example")).toBe("https://elsewhere.example");
  expect(await of(7)).toBe(ORIGIN);
  const named = async (name: string): Promise<string> => (await fromFragment(await link([name, "b", "js", "c", 1, {}]))).name;
  for (const name of ["../a", "a; rm b", "", "a".repeat(65)]) expect(await named(name)).toBe("app");
  for (const content of [null, {}, [], ["a", "b", "sh", "c", 1, {}], ["a", "b", "js", 3, 1, {}], ["a", "b", "js", "c", 9, {}]]) {
    await expect(fromFragment(await link(content))).rejects.toThrow("no playground");
  }
  for (const [cell, source] of [["other", "[]"], ["playground", '["a", ']] as const) {
    await expect(fromFragment(await fragment({ cell, source }))).rejects.toThrow("no playground");
  }
});

test("a copy says how uvicorn runs it", () => {
  const [echo] = PROJECTS;
  const options = { ws: "wsproto", ws_ping_interval: 0.5, limit_concurrency: 2, lifespan: "off" };
  const [first, ...rest] = asFile({ ...(echo as Project), options }).split("\n");
  const numbers = "--ws-ping-interval 0.5 --limit-concurrency 2";
  expect(first).toBe(`# echo.py, to be run with: uvicorn echo:app --ws wsproto --lifespan off ${numbers}`);
  expect(rest.join("\n")).toBe(echo?.application);
});
