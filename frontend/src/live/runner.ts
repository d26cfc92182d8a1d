/** The script of a chapter's page: a Run control for each cell, and nothing else until it is used. */

import { Chapter } from "./chapter.ts";
import { button } from "./control.ts";
import { lacking } from "./interpreter.ts";
import { Kept, storage } from "./keep.ts";
import { Notice } from "./notice.ts";
import { carries, shared } from "./share.ts";
import { told } from "./text.ts";
import { View } from "./view.ts";

const REACH =
  "The code runs in your browser, with the real uvicorn and websockets. " +
  "It can reach this site, and nothing on your machine.";

/** Return the address of a script that is built beside this one. */
function beside(name: string): URL {
  return new URL(`./${name}.js`, import.meta.url);
}

/** Return a paragraph with a text. */
function paragraph(text: string, kind: string): HTMLElement {
  return Object.assign(document.createElement("p"), { textContent: text, className: kind });
}

/** Return the row above the first cell. */
function barOf(chapter: Chapter): HTMLElement {
  const bar = document.createElement("div");
  bar.className = "live-bar";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Run this chapter");
  bar.append(
    button("Run all", "Run all cells", () => chapter.runAll()),
    button("Stop", "Stop what runs", () => chapter.stop()),
    button("Reset", "Reset code, outputs and Python", () => void chapter.reset()),
    paragraph(REACH, "live-told"),
  );
  return bar;
}

/** Begin to load when the pointer or the focus reaches a control. */
function warmOnApproach(element: HTMLElement, chapter: Chapter): void {
  for (const event of ["pointerenter", "focusin"]) {
    element.addEventListener(event, () => chapter.warm(), { once: true });
  }
}

/** Show a cell that the address carries; the reader decides whether it runs. */
async function follow(chapter: Chapter, notice: Notice): Promise<void> {
  if (!carries(location.hash)) return;
  try {
    const { cell, source } = await shared(location.hash);
    await chapter.present(cell, source);
  } catch (error) {
    notice.say(`The link's code can't be shown: ${told(error).replace(/\.$/, "")}.`);
  }
}

function start(containers: readonly HTMLElement[], manifest: string, notebook: string): void {
  const [first] = containers;
  const article = first?.closest("article");
  if (!first || !article) return;
  const lacks = lacking();
  if (lacks) {
    const told = `The cells of this chapter run in the page, but not in this browser: it has no ${lacks}.`;
    first.before(paragraph(told, "live-bar live-told"));
    return;
  }
  const notice = new Notice(article);
  const kept = new Kept(location.pathname, storage());
  const [worker, clients, ...others] = ["worker", "clients", "editor"].map(beside) as [URL, URL, ...URL[]];
  const files = [notebook, worker.href, clients.href, ...others.map((it) => it.href)];
  const offline = { worker: new URL("../../service-worker.js", import.meta.url).href, files };
  const chapter = new Chapter({ worker, clients, manifest, notebook, offline }, notice, kept);
  for (const [index, container] of containers.entries()) {
    const block = container.querySelector<HTMLElement>(".highlight");
    if (!block) continue;
    const view = new View(container, block, `cell ${index + 1}`, chapter);
    chapter.add(view);
    warmOnApproach(view.control.element, chapter);
  }
  if (containers.some((it) => !it.dataset.liveReason)) {
    const bar = barOf(chapter);
    warmOnApproach(bar, chapter);
    first.before(bar);
  }
  addEventListener("hashchange", () => void follow(chapter, notice));
  void follow(chapter, notice);
}

const script = document.querySelector<HTMLScriptElement>("script[data-live-manifest]");
const notebook = document.querySelector<HTMLAnchorElement>(".provenance a[href$='.ipynb']");
const cells = [...document.querySelectorAll<HTMLElement>("[data-cell]")];
if (script && notebook) start(cells, new URL(script.dataset.liveManifest ?? "", document.baseURI).href, notebook.href);
