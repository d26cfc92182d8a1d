"""From Run to the first echo in a page: ours, and Pyodide as it comes.

Both run the same cells, with the same code of ours, in Chromium, from the same
server on 127.0.0.1, which compresses as a static host does. The other page loads
Pyodide with its own standard library, and unpacks the wheels as they are. Cold is a
fresh profile; warm is the same page once more. A link that shares a cell is opened
after that: from Run to the ladder that its cell shows.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import BrowserContext, Page, sync_playwright
from ratios import Bar, alternate, report, verdict

from wslab.lab.chrome.browser import find_chromium
from wslab.site.live.assets import Assets, build_assets
from wslab.site.live.bundles import BUNDLES, CORE, KEPT, PYODIDE
from wslab.site.live.trees import PACKAGE, own_files

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "live"
ROUNDS = 5
LIMIT = 0.45
MEGABYTES = 9.5
COMPRESSED = {".css", ".html", ".ipynb", ".js", ".json", ".mjs", ".wasm"}

CELLS = {
    "app": """\
async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    event = await receive()
    await send({"type": "websocket.send", "text": event["text"].upper()})
    await receive()""",
    "serve": "from wslab.lab import serve\n\nserver = await serve(app)",
    "client": """\
from websockets.asyncio.client import connect

async with connect(server.url("/")) as client:
    await client.send("hello")
    print(await client.recv())""",
    "ladder": "server.trace",
    "stop": "await server.stop()",
}
SHARED = "# as it was shared\nserver.trace"
CONFIGURATION = f"""\
INHERIT: {ROOT}/mkdocs.yml
nav: [index.md, {{Chapters: chapters/}}]
watch: []
"""
STOCK = """\
const { cells, wheels } = await (await fetch("stock.json")).json();
const { loadPyodide } = await import(new URL("pyodide/pyodide.mjs", location).href);
const python = await loadPyodide();
let drive = () => {};
self.schedule = (wait) => setTimeout(() => drive(), wait);
const extractDir = "/lib/python3.14/site-packages";
const archives = wheels.map(async (it) => (await fetch(it)).arrayBuffer());
for (const it of archives) {
  python.unpackArchive(new Uint8Array(await it), "zip", { extractDir });
}
const session = python.pyimport("wslab.live.page.session").Session(postMessage);
const turn = session.drive;
drive = "Suspending" in WebAssembly ? () => void turn.callPromising() : () => turn();
for (const [name, source] of Object.entries(cells)) session.run(name, name, source);
"""
STOCK_PAGE = """\
<!doctype html><meta charset="utf-8"><title>stock</title>
<div data-cell="client"><button>Run</button><div class="live-own"></div></div>
<script>
document.querySelector("button").onclick = () => {
  const worker = new Worker("stock.mjs", { type: "module" });
  worker.onmessage = ({ data }) => {
    const { type, output } = JSON.parse(data);
    if (type === "output") document.querySelector(".live-own").append(output.text);
  };
};
</script>
"""
SHOWN = """([name, sign]) => new Promise((done) => {
  const cell = document.querySelector(`[data-cell=${name}]`);
  const begin = performance.now();
  const look = () => {
    const own = cell.querySelector(".live-own");
    const height = parseFloat(own?.querySelector("iframe")?.style.height);
    if (own?.textContent.includes(sign) || height > 20)
      done((performance.now() - begin) / 1000);
    else requestAnimationFrame(look);
  };
  [...cell.querySelectorAll("button")].find((it) => it.textContent === "Run").click();
  look();
})"""
"""Seconds from Run to a word, or a frame with something in it, below a cell."""

ECHO = ["client", "HELLO"]
LADDER = ["ladder", "no word: a frame"]


class Server(SimpleHTTPRequestHandler):
    """Serves a folder as a static host does; counts what it sends."""

    sent = 0

    def do_GET(self) -> None:
        """Answer with a file, compressed where its type is worth it."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        date = self.date_time_string(int(path.stat().st_mtime))
        if self.headers["If-Modified-Since"] == date:
            self.send_response(304)
            self.end_headers()
            return
        content = sendable(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", date)
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in COMPRESSED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)
        Server.sent += len(content)

    def log_message(self, *_: object) -> None:
        """Keep requests out of the output."""


@cache
def sendable(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.compress(content, 6) if path.suffix in COMPRESSED else content


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Server, directory=str(folder))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def write_ours(project: Path) -> None:
    """Build the site of one chapter with these cells, by the project's own plugins."""
    (project / "notebooks").mkdir(parents=True)
    cells = [new_markdown_cell("# Echo")]
    cells += [new_code_cell(source, id=name) for name, source in CELLS.items()]
    nbformat.write(new_notebook(cells=cells), project / "notebooks" / "01-echo.ipynb")
    for part in ("overrides", "scripts", "styles"):
        shutil.copytree(ROOT / "site_src" / part, project / "site_src" / part)
    shutil.copy(ROOT / "site_src" / "service-worker.js", project / "site_src")
    (project / "site_src" / "index.md").write_text("# Home\n")
    (project / "frontend").mkdir()
    for pins in ("requirements.lock", "frontend/package-lock.json"):
        shutil.copy(ROOT / pins, project / pins)
    (project / "mkdocs.yml").write_text(CONFIGURATION)
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    environment = {
        **os.environ,
        "NO_MKDOCS_2_WARNING": "1",
        "ATLAS_PAGES": "false",
        "LIVE_CACHE": str(CACHE),
    }
    subprocess.run(command, cwd=project, env=environment, check=True)


def write_stock(folder: Path, assets: Assets) -> None:
    """Write the other page, of the same wheels and of our own sources."""
    shutil.copytree(assets.trees / PYODIDE, folder / "pyodide")
    (core,) = (it for it in BUNDLES if it.name == CORE)
    wheels = []
    for name in (it for it in core.distributions if it not in KEPT):
        pattern = f"{name.replace('-', '_')}-*.whl"
        (wheel,) = (CACHE / "fetched").glob(pattern)
        wheels.append(shutil.copy(wheel, folder))
    own = folder / "own"
    for path in own_files()[CORE]:
        copy = own / "wslab" / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    pretty = assets.trees / CORE / "IPython" / "lib" / "pretty.py"
    (own / "IPython" / "lib").mkdir(parents=True)
    shutil.copy(pretty, own / "IPython" / "lib")
    wheels.append(shutil.make_archive(str(folder / "own"), "zip", own))
    named = {"cells": CELLS, "wheels": [Path(it).name for it in wheels]}
    (folder / "stock.json").write_text(json.dumps(named))
    (folder / "stock.mjs").write_text(STOCK)
    (folder / "index.html").write_text(STOCK_PAGE)


def link(cell: str, source: str) -> str:
    """Return the fragment that shares a cell."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(source.encode()) + packer.flush()
    return f"#run={cell}.{urlsafe_b64encode(packed).decode().rstrip('=')}"


def open_page(context: BrowserContext, address: str) -> Page:
    """Open a page of its own, and wait until it rests."""
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    return page


def echo(context: BrowserContext, address: str) -> float:
    """Return the seconds from a press on Run to the echo, on a page of its own."""
    page = open_page(context, address)
    seconds: float = page.evaluate(SHOWN, ECHO)
    page.wait_for_load_state("networkidle")
    page.close()
    return seconds


def main() -> None:
    """Measure and print the ratios, and how much the first visit sends."""
    assets = build_assets(ROOT, CACHE)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        write_ours(folder / "project")
        write_stock(folder / "stock", assets)
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox"]
        )
        warm: dict[str, list[float]] = {"stock": [], "ours": []}
        ladder: list[float] = []

        def start(name: str, address: str) -> float:
            context = chromium.new_context()
            cold = echo(context, address)
            warm[name].append(echo(context, address))
            if name == "ours":
                page = open_page(context, f"{address}{link('ladder', SHARED)}")
                ladder.append(page.evaluate(SHOWN, LADDER))
            context.close()
            return cold

        with (
            served(folder / "project" / "site") as ours,
            served(folder / "stock") as stock,
        ):
            chapter = f"{ours}/chapters/echo/"
            cold = alternate(
                {
                    "stock": lambda: start("stock", f"{stock}/"),
                    "ours": lambda: start("ours", chapter),
                },
                ROUNDS,
            )
            Server.sent = 0
            context = chromium.new_context()
            page = open_page(context, chapter)
            before = Server.sent
            page.evaluate(SHOWN, ECHO)
            sent = (Server.sent - before) / 1e6
        bar = Bar("ours", "stock", LIMIT)
        report("Run to the first echo, cold", cold, "stock", "s", 1, [bar])
        warm = {name: values[1:] for name, values in warm.items()}
        report("Run to the first echo, warm", warm, "stock", "s", 1, [bar])
        links = {"stock": warm["stock"], "ladder": ladder[1:]}
        title = "Run of a cell from a link to its ladder, warm"
        report(title, links, "stock", "s", 1, [Bar("ladder", "stock", LIMIT)])
        size = Bar("sent", "the page", MEGABYTES)
        verdict("megabytes sent by a first Run", sent, size)
        chromium.close()


if __name__ == "__main__":
    main()
