"""How soon the atlas's table shows what a filter leaves, at a fourth of the speed.

From a change of a filter to the frame that shows it, in Chromium, whose processor its
developer tools slow down. It needs the built site.

    make site && python benchmarks/filter.py
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright
from ratios import Bar, verdict

from wslab.lab.chrome.browser import find_chromium

SITE = Path(__file__).parents[1] / "site"
SLOWER = 4
MILLISECONDS = 100
ROUNDS = 5
CHANGES = {
    "a word": ("[name=find]", "value", "returns"),
    "no word": ("[name=find]", "value", ""),
    "a group": ("[name=group]", "value", "origin"),
    "all groups": ("[name=group]", "value", ""),
    "where they differ": ("[name=differing]", "checked", True),
    "everything": ("[name=differing]", "checked", False),
    "without Daphne": ("[value=daphne]", "checked", False),
    "with Daphne": ("[value=daphne]", "checked", True),
}
"""Of each change: the field, its property, and what it becomes."""

CHANGE = """async ([selector, property, value]) => {
  const field = document.querySelector(`.wa-filters ${selector}`);
  const begin = performance.now();
  field[property] = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begin;
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the site; gives its origin."""
    handler = partial(Quiet, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def delays(page: Page) -> dict[str, float]:
    """Return the median milliseconds from each change to its frame."""
    rounds = [
        {name: page.evaluate(CHANGE, [*it]) for name, it in CHANGES.items()}
        for _ in range(ROUNDS)
    ]
    return {name: median(it[name] for it in rounds) for name in CHANGES}


def main() -> None:
    """Measure and print."""
    with served() as origin, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{origin}/atlas/")
        page.locator(".wa-filters").wait_for()
        tools = page.context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        found = delays(page)
        browser.close()
    print(f"From a filter's change to its frame, a processor {SLOWER} times slower")
    for name, milliseconds in found.items():
        verdict(f"ms, {name}", milliseconds, Bar(name, "the table", MILLISECONDS))


if __name__ == "__main__":
    main()
