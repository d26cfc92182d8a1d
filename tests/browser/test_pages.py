"""Every page of the built site, light and dark, wide and narrow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe

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
ALIKE = [".highlight", "svg.wsl", ".md-nav", ".md-header"]
"""What has the same styles on the other pages, and thousands of elements, each of which
takes a millisecond."""
CHAPTERS = [f"{folder(it.stem)}/" for it in find_notebooks(ROOT / "notebooks")]
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
OPEN_FOLDS = "document.querySelectorAll('details').forEach(it => it.open = true)"


def pages() -> list[str]:
    """The addresses of all pages, from their sources."""
    sources = (ROOT / "site_src").rglob("*.md")
    names = [it.relative_to(ROOT / "site_src").with_suffix("") for it in sources]
    markdown = ["" if it.name == "index" else f"{it.as_posix()}/" for it in names]
    return sorted([*markdown, "404.html", *CHAPTERS])


@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", PHONE)])
@pytest.mark.parametrize("address", pages())
async def test_a_page_is_accessible_and_fits(
    visit: Callable[..., Any],
    site: str,
    address: str,
    scheme: str,
    viewport: dict[str, int],
) -> None:
    """Also: no console error and no request to another host, see the fixture."""
    it = await visit(site, color_scheme=scheme, viewport=viewport)
    page = await it.open(address)
    await page.evaluate(OPEN_FOLDS)
    assert await page.evaluate(OVERFLOW) <= 0
    if scheme == "dark" and address in CHAPTERS and address not in WHOLE:
        return  # the same elements in the same colours
    context = None if address in WHOLE else {"exclude": [[it] for it in ALIKE]}
    # Style sheets need not be fetched again: none asks how a phone is held.
    options = {"resultTypes": ["violations"], "preload": False}
    results = await Axe().run(page, context=context, options=options)
    assert results.violations_count == 0, results.generate_report()
