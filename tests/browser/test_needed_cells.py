"""A cell of a real chapter runs after those that it needs, and after no others."""

from collections.abc import Callable
from typing import Any

import pytest

from .test_runner import Chapter

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

Visits = Callable[..., Any]

STATES = """() => Object.fromEntries(
  Array.from(document.querySelectorAll("[data-cell] .live-control"), (control) =>
    [control.closest("[data-cell]").dataset.cell, control.dataset.state]))"""

FORGETFUL = {
    "websocket-handler",
    "page-code",
    "app-code",
    "serve-code",
    "echo-code",
    "forgetful",
    "forgetful-code",
    "forgetful-run",
}
"""The handler that forgets, the server that serves it, and the client that calls it."""


async def test_exactly_the_needed_cells_run_and_each_once(
    visit: Visits, site: str
) -> None:
    page = await (await visit(site)).open("chapters/echo/")
    chapter = Chapter(page)
    states = await page.evaluate(STATES)
    assert states.keys() > FORGETFUL
    assert set(states.values()) == {"fresh"}
    await chapter.run("forgetful-run")
    states = await page.evaluate(STATES)
    assert {cell for cell, state in states.items() if state != "fresh"} == FORGETFUL
    await chapter.run("text-code")
    states = await page.evaluate(STATES)
    ran = {cell for cell, state in states.items() if state == "ok"}
    assert ran == FORGETFUL | {"text-code"}
