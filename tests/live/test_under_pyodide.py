"""The library's and the lab's suites on the Python of a page: Pyodide.

A fifth of their tests each day, in Node and in one browser, with JSPI or without: in
twenty days each browser has had all. WSLAB_LIVE=all takes all in all places, as in the
scheduled workflow.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from wslab.site.live.assets import Assets
from wslab.site.live.fetch import fetch_wheels
from wslab.site.live.pins import pins

from ..browser.test_without_jspi import TAKE_AWAY
from ..conftest import FIFTH
from . import places
from .conftest import ROOT
from .places import Work, in_browser, in_node

FOLDERS = ("lab", "testing", "trace", "websocket")

ELSEWHERE = {
    "lab/programs": "starts programs",
    "lab/test_chrome.py": "starts a browser",
    "lab/test_chrome_kernel.py": "starts a kernel",
    "lab/test_fixture.py": "starts pytest",
    "lab/test_serve_kernel.py": "starts kernels",
    "trace/ladder/test_ladder_browser.py": "starts a browser",
    "trace/ladder/test_ladder_jupyterlab.py": "starts JupyterLab",
    "trace/taps/test_transport.py": "httptools is not there for Pyodide",
    "trace/test_elsewhere.py": "starts a process",
    "websocket/rooms/test_redis_faults.py": "needs Redis's client",
}
"""What is left out, with the reason; for a test or two of a file, marks have it."""

PACKAGES = (
    *("coverage", "hypothesis", "iniconfig", "packaging", "pluggy", "pygments"),
    *("pytest", "pytest-asyncio", "pytest-cov", "pytest-timeout", "rich"),
    "sortedcontainers",
)
"""What the tests import, beside what a page has."""

BUNDLES = ("core", "starlette", "fastapi")


def files() -> Iterator[str]:
    """Yield the files of tests, relative to the repository."""
    tests = ROOT / "tests"
    found = (it for name in FOLDERS for it in (tests / name).rglob("test_*.py"))
    for path in sorted(found):
        within = path.relative_to(tests)
        names = {it.as_posix() for it in (within, *within.parents)}
        if not names & ELSEWHERE.keys():
            yield f"tests/{within.as_posix()}"


FILES = list(files())

CHROMIUM, FIREFOX = pytest.mark.needs("chromium"), pytest.mark.needs("firefox")
NODE = pytest.param("node", False, id="node-no-jspi")
BROWSERS = [
    pytest.param("chromium", True, id="chromium-jspi", marks=CHROMIUM),
    pytest.param("chromium", False, id="chromium-no-jspi", marks=CHROMIUM),
    pytest.param("firefox", True, id="firefox-jspi", marks=FIREFOX),
    pytest.param("firefox", False, id="firefox-no-jspi", marks=FIREFOX),
]
if FIFTH == "all":
    PLACES, FIFTHS = [NODE, *BROWSERS], [*range(5)]
else:
    TODAY = datetime.now(UTC).toordinal() % len(BROWSERS)
    PLACES, FIFTHS = [NODE, BROWSERS[TODAY]], [int(FIFTH)]


@pytest.fixture(scope="session")
def wheels(assets: Assets) -> list[Path]:
    """Fetch what the lock file pins, for Pyodide's Python, into the assets' cache."""
    info = json.loads((assets.folder / assets.manifest).read_text())["info"]
    python = info["python"].rpartition(".")[0]
    platforms = ("any", f"pyemscripten_{info['abi_version']}_{info['arch']}")
    fetched = ROOT / ".cache" / "live" / "fetched"
    return fetch_wheels(pins(ROOT, PACKAGES), fetched, python, platforms)


@pytest.fixture(scope="session")
def work(assets: Assets, wheels: list[Path]) -> Callable[..., Work]:
    """What is run, but for which tests."""
    bundles = (assets.trees / it for it in BUNDLES)
    return partial(Work, assets.trees / "pyodide", (*wheels, *bundles))


@pytest.fixture
def node() -> Callable[..., Any]:
    return in_node


@pytest.fixture
def chromium() -> Callable[..., Any]:
    return partial(in_browser, places.chromium)


@pytest.fixture
def firefox(frontend: Path) -> Callable[..., Any]:
    return partial(in_browser, partial(places.firefox, frontend))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("fifth", FIFTHS)
@pytest.mark.parametrize(("place", "jspi"), PLACES)
async def test_the_suite_passes_on_the_python_of_a_page(
    place: str,
    jspi: bool,
    fifth: int,
    work: Callable[..., Work],
    request: pytest.FixtureRequest,
):
    run = request.getfixturevalue(place)
    lines = await run(work((f"{fifth}/5", *FILES)), "" if jspi else TAKE_AWAY)
    *reports, over = reports_in(lines)
    failed = [it for it in reports if it["outcome"] == "failed"]
    assert not failed, "\n".join(f"{it['test']}\n{it['text']}" for it in failed)
    here = {"platform": "emscripten", "jspi": jspi, "waits": jspi}
    assert over == {"outcome": "over", "status": 0, **here}
    passed = [it for it in reports if it["outcome"] == "passed"]
    on_a_loop = [it["loop"] for it in passed if it["loop"]]
    assert set(on_a_loop) == {"LiveLoop"}
    assert len(passed) >= 300
    assert len(on_a_loop) >= 150


def reports_in(lines: list[str]) -> list[dict[str, Any]]:
    """Return what suite.py reports; fail if it did not come to its end."""
    mark = "report: "
    reports = [json.loads(it.removeprefix(mark)) for it in lines if it.startswith(mark)]
    if not reports or reports[-1]["outcome"] != "over":
        last = reports[-1]["test"] if reports else "the start"
        said = "\n".join(lines)
        pytest.fail(f"Python ended in {last}:\n{said[-3000:]}")
    return reports


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_left_out_exists(name: str):
    assert (ROOT / "tests" / name).exists()
