"""The reference pages: every public name, and every public member of each."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import wslab
import wslab.atlas
import wslab.lab
import wslab.testing

from .loaded import Loaded

pytestmark = pytest.mark.timeout(1200)  # the first test waits for the build

MODULES = [wslab, wslab.atlas, wslab.lab, wslab.testing]
ROOT = Path(__file__).parents[2]
PAGES = sorted(it.stem for it in (ROOT / "site_src" / "reference").glob("*.md"))


def public(module: ModuleType) -> Iterator[str]:
    """The name of everything that a module exports, and `Class.member` of its classes.

    Members that a class has from Python, such as an exception's `args`, are not ours.
    """
    for name in module.__all__:
        yield name
        thing = getattr(module, name)
        for base in thing.__mro__ if inspect.isclass(thing) else ():
            if base.__module__.partition(".")[0] == "wslab":
                own = {*vars(base), *inspect.get_annotations(base)}
                yield from (f"{name}.{it}" for it in own if not it.startswith("_"))


def page(site: Path, name: str) -> Loaded:
    return Loaded((site / "reference" / name / "index.html").read_text())


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_name_has_a_heading(own_site: Path, module: ModuleType) -> None:
    anchors = {it for name in PAGES for it in page(own_site, name).headings}
    expected = {f"{module.__name__}.{it}" for it in public(module)}
    assert expected - anchors == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_an_example_and_links_to_chapters(
    own_site: Path, name: str
) -> None:
    html = (own_site / "reference" / name / "index.html").read_text()
    content = html.partition("<article")[2].partition("</article>")[0]
    assert re.search(r'<div class="?highlight\b', content)
    assert 'href="../../chapters/' in content
