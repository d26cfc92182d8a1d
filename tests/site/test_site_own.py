"""The project's own site: sizes, the search index, and nothing from elsewhere."""

import json
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from wslab.site.notebooks import find_notebooks
from wslab.site.pages.foot import folder

from .loaded import Loaded

pytestmark = pytest.mark.timeout(1200)  # the first test waits for the build

KB = 1024
ROOT = Path(__file__).parents[2]
CHAPTERS = [folder(path.stem) for path in find_notebooks(ROOT / "notebooks")]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_is_small(own_site: Path, chapter: str) -> None:
    html = (own_site / chapter / "index.html").read_text()
    signs = ("data-search-exclude><svg", '<svg class="wsl"', "<img")
    has_diagrams = any(sign in html for sign in signs)
    assert len(html.encode()) <= (120 if has_diagrams else 100) * KB


def test_the_page_of_messages_is_small(own_site: Path) -> None:
    page = own_site / "troubleshooting" / "index.html"
    assert page.stat().st_size <= 100 * KB


def test_no_page_is_large(own_site: Path) -> None:
    pages = {it.relative_to(own_site): it for it in own_site.rglob("*.html")}
    sizes = {
        at: it.stat().st_size for at, it in pages.items() if at.parts[0] != "atlas"
    }
    assert len(sizes) > len(CHAPTERS)
    assert [it for it, size in sizes.items() if size > 120 * KB] == []


def test_the_search_index_is_small(own_site: Path) -> None:
    index = own_site / "search" / "search_index.json"
    assert index.stat().st_size <= 600_000


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_heading_of_a_chapter_is_in_the_index(
    own_site: Path, chapter: str
) -> None:
    index = json.loads((own_site / "search" / "search_index.json").read_text())
    found = {entry["location"]: entry for entry in index["docs"]}
    _, *anchors = Loaded((own_site / chapter / "index.html").read_text()).headings
    assert anchors
    entries = [found[f"{chapter}/#{it}"] for it in anchors]
    silent = "Exercise", "To remember", "Where to go next"  # found by their titles only
    assert all(it["text"] or it["title"].startswith(silent) for it in entries)


def test_no_page_loads_from_another_host_or_what_is_missing(own_site: Path) -> None:
    for file in own_site.rglob("*.html"):
        page = f"http://site/{file.relative_to(own_site)}"
        for address in Loaded(file.read_text()).addresses:
            parts = urlsplit(urljoin(page, address))
            assert parts.netloc == "site", (file, address)
            assert (own_site / parts.path.lstrip("/")).is_file(), (file, address)


def test_no_style_loads_from_another_host(own_site: Path) -> None:
    styles = list(own_site.rglob("*.css"))
    assert styles
    for file in styles:
        addresses = re.findall(r"(?:url\(|@import)\s*[\"']?(\S{5})", file.read_text())
        assert not [it for it in addresses if it.startswith(("http", "//"))], file


def test_no_page_names_a_path_of_the_machine_that_built_it(own_site: Path) -> None:
    for file in own_site.rglob("*.html"):
        assert str(ROOT) not in file.read_text(), file
