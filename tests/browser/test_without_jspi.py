"""A browser that cannot put a stack aside: one without JSPI, as Safari long was.

No flag takes that from Chromium any longer, so it is taken from the page's worker,
before anything else runs there.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Route, expect

from .test_runner import CHAPTER, Chapter

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]
TAKE_AWAY = "delete WebAssembly.Suspending; delete WebAssembly.promising;\n"
WAITS = "import threading\n\nthreading.Event().wait()"
SLEEPS = "import time\n\ntime.sleep(0.1)\nprint('slept')"


async def without_jspi(route: Route) -> None:
    real = await route.fetch()
    await route.fulfill(response=real, body=TAKE_AWAY + await real.text())


async def test_cells_run_and_one_that_would_wait_for_ever_says_so(
    visit: Visits, running_site: str
) -> None:
    it = await visit(running_site, service_workers="block")
    await it.page.route("**/worker.js", without_jspi)
    page = await it.open(CHAPTER)
    chapter = Chapter(page)
    async with page.expect_event("worker") as started:
        await chapter.button("Run all").click()
    worker = await started.value
    await chapter.is_at("stop", "ok")
    assert await worker.evaluate("() => 'Suspending' in WebAssembly") is False
    assert await chapter.own("client").inner_text() == "HELLO"
    assert await chapter.own("ladder").locator("iframe").count() == 1
    await chapter.follow("more", SLEEPS)
    await chapter.run("more")
    await expect(chapter.own("more")).to_have_text(re.compile("slept"))
    await chapter.follow("count", WAITS)
    await chapter.run("count", "error")
    said = "RuntimeError: nothing is left that could end this wait"
    await expect(chapter.own("count")).to_contain_text(said)
    it.faults[:] = [fault for fault in it.faults if "Service Worker" not in fault]
