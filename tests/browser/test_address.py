"""A site that is published below a path, with a repository."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ..site.conftest import once, shared, write_project
from ..site.sample import everything, other
from .conftest import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

Visits = Callable[..., Any]
HOME = "https://docs.example/wslab/"
REPOSITORY = "https://github.com/example/wslab"


def build_below(directory: Path) -> None:
    """Build the sample's site for an address with a path."""
    notebooks = {"01-sample": everything(), "02-other": other()}
    home = "# Home\n\nFrom {{ repository }}, version {{ version }}.\n"
    project = write_project(directory / "project", notebooks, home)
    configuration = directory / "project" / "mkdocs.yml"
    addresses = {"site_url": HOME, "repo_url": REPOSITORY}
    written = json.loads(configuration.read_text()) | addresses
    configuration.write_text(json.dumps(written))
    built = project.build()
    assert built.returncode == 0, built.stderr
    (directory / "root").mkdir()
    project.site.rename(directory / "root" / "wslab")


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that is served, with the site in its folder wslab."""
    return once(shared(tmp_path_factory) / "below", build_below) / "root"


@pytest.fixture(scope="session")
def below(root: Path) -> Iterator[str]:
    """The origin of the site below a path."""
    yield from served(root)


async def test_the_page_for_unknown_addresses_has_its_styles_and_links(
    visit: Visits, below: str
) -> None:
    it = await visit(below)
    page = await it.open("wslab/404.html")
    assert "system-ui" in await page.evaluate(
        "getComputedStyle(document.body).getPropertyValue('--md-text-font-family')"
    )
    await page.get_by_role("link", name="home page").click()
    await page.wait_for_url("**/wslab/")


async def test_search_works_below_a_path(visit: Visits, below: str) -> None:
    it = await visit(below)
    page = await it.open("wslab/chapters/sample/")
    await page.keyboard.press("/")
    await page.keyboard.type("zanzibar")
    await page.locator(".md-search-result__link").last.click()
    await page.wait_for_url("**/wslab/chapters/sample/**")


async def test_each_page_says_where_it_is_and_where_its_source_is(
    visit: Visits, below: str
) -> None:
    """Without asking the repository's host for anything, see the fixture."""
    it = await visit(below)
    page = await it.open("wslab/chapters/sample/")
    link = page.locator("link[rel=canonical]")
    assert await link.get_attribute("href") == f"{HOME}chapters/sample/"
    source = page.locator("a.md-source").first
    assert await source.get_attribute("href") == REPOSITORY


async def test_the_sitemap_and_the_pages_have_addresses_and_version(root: Path) -> None:
    site = root / "wslab"
    assert f"<loc>{HOME}chapters/sample/</loc>" in (site / "sitemap.xml").read_text()
    home = (site / "index.html").read_text()
    assert f"From {REPOSITORY}, version 0" in home
    assert "{{" not in home
    assert urlsplit(HOME).path in (site / "404.html").read_text()
