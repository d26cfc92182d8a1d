"""From a filter's change in the atlas's table to the next frame, at a fourth of speed.

In Chromium, whose processor is throttled four times; needs the built site, `make site`.
Wall-clock time, since that is what a reader waits for.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from playwright.async_api import async_playwright

from wslab.lab.chrome.browser import find_chromium

SITE = Path(__file__).parents[1] / "site"
LIMIT = 100  # milliseconds
ROUNDS = 10
SLOWER = 4
CHANGES = {
    "words": ("form.find.value = 'close'", "form.find.value = ''"),
    "a group": ("form.group.value = 'scope'", "form.group.value = ''"),
    "differences": ("form.differing.checked = true", "form.differing.checked = false"),
    "a view": ("form.view[1].checked = true", "form.view[0].checked = true"),
    "a column": ("form.servers[1].checked = false", "form.servers[1].checked = true"),
}
# A frame's work is done when a task runs that was posted within it.
TIMED = """change => new Promise(done => {
    const form = document.querySelector("form.wa-filters");
    const begin = performance.now();
    eval(change);
    form.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now() - begin);
        port2.postMessage(null);
    });
})"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def measure(origin: str) -> bool:
    """Print the figures; return whether all are within the limit."""
    met = True
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page()
        await page.goto(f"{origin}/atlas/")
        session = await page.context.new_cdp_session(page)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        for what, changes in CHANGES.items():
            for way, change in zip(("narrower", "wider again"), changes, strict=True):
                back = changes[change == changes[0]]
                times = []
                for _ in range(ROUNDS):
                    times.append(await page.evaluate(TIMED, change))
                    await page.evaluate(TIMED, back)
                if way == "narrower":
                    await page.evaluate(TIMED, change)
                met = met and median(times) <= LIMIT
                print(f"  {what + ', ' + way:28}{median(times):6.0f} ms")
        await browser.close()
    return met


def main() -> None:
    """Serve the site, measure and print."""
    if not (SITE / "atlas" / "index.html").exists():
        sys.exit("no site/atlas: make site")
    handler = partial(Quiet, directory=str(SITE))
    print(f"\nA filter's change, at 1/{SLOWER} of the processor's speed")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        met = asyncio.run(measure(f"http://127.0.0.1:{server.server_port}"))
        server.shutdown()
    print(f"  {'met' if met else 'MISSED'}: each within {LIMIT} ms")


if __name__ == "__main__":
    main()
