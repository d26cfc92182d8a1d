"""Every page of the built site, light and dark, wide and narrow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from wslab.site.notebooks import find_notebooks
from wslab.site.pages.foot import folder

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),  # the first test waits for the build
]

ROOT = Path(__file__).parents[2]
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
WHOLE = ("", "chapters/first-hour/", "chapters/closing/", "chapters/fastapi/")
"""Pages that are examined whole."""
ALIKE = [".highlight", "svg.wsl", ".md-nav", ".md-header", "tr:nth-child(n + 30)"]
"""What has the same styles on the other pages or in the rows above, and thousands of
elements, each of which takes a millisecond."""
CHAPTERS = [f"{folder(it.stem)}/" for it in find_notebooks(ROOT / "notebooks")]
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
DARK = "[data-md-color-scheme='slate']"
OPEN_FOLDS = "document.querySelectorAll('details').forEach(it => it.open = true)"


def pages() -> list[str]:
    """The addresses of all pages, from their sources."""
    sources = (ROOT / "site_src").rglob("*.md")
    names = [it.relative_to(ROOT / "site_src").with_suffix("") for it in sources]
    markdown = ["" if it.name == "index" else f"{it.as_posix()}/" for it in names]
    return sorted([*markdown, "404.html", *CHAPTERS])


@pytest.mark.parametrize("address", pages())
async def test_a_page_is_accessible_and_fits(
    visit: Callable[..., Any], site: str, address: str
) -> None:
    """Also: no console error and no request to another host, see the fixture."""
    it = await visit(site, color_scheme="light", viewport=WIDE)
    page = await it.open(address)
    await page.evaluate(OPEN_FOLDS)
    assert await page.evaluate(OVERFLOW) <= 0
    await examine(page, address)
    await page.get_by_title("Switch to the dark theme").click()
    await page.wait_for_selector(DARK)
    await page.set_viewport_size(PHONE)
    assert await page.evaluate(OVERFLOW) <= 0
    if address not in CHAPTERS or address in WHOLE:  # else the same colours again
        await examine(page, address)


async def examine(page: Page, address: str) -> None:
    """Have axe look for faults."""
    context = None if address in WHOLE else {"exclude": [[it] for it in ALIKE]}
    # Style sheets need not be fetched again: none asks how a phone is held.
    options = {"resultTypes": ["violations"], "preload": False}
    results = await Axe().run(page, context=context, options=options)
    assert results.violations_count == 0, results.generate_report()
