"""The library's and the lab's suites on the Python of a page: Pyodide, in Node.

A fifth of their tests each day; all with WSLAB_LIVE=all, as in the scheduled workflow.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wslab.site.live.interpreter
from wslab.site.live.assets import Assets
from wslab.site.live.fetch import fetch_wheels
from wslab.site.live.node import find_node
from wslab.site.live.pins import pins

from ..conftest import FIFTH
from .conftest import ROOT

RUN = Path(wslab.site.live.interpreter.__file__).with_name("run.mjs")
SUITE = Path(__file__).with_name("suite.py")
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


@pytest.fixture(scope="session")
def wheels(assets: Assets) -> list[Path]:
    """Fetch what the lock file pins, for Pyodide's Python, into the assets' cache."""
    info = json.loads((assets.folder / assets.manifest).read_text())["info"]
    python = info["python"].rpartition(".")[0]
    platforms = ("any", f"pyemscripten_{info['abi_version']}_{info['arch']}")
    fetched = ROOT / ".cache" / "live" / "fetched"
    return fetch_wheels(pins(ROOT, PACKAGES), fetched, python, platforms)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fifth", range(5))
async def test_the_suite_passes_on_the_python_of_a_page(
    fifth: int, assets: Assets, wheels: list[Path]
):
    if FIFTH not in ("all", str(fifth)):
        pytest.skip(f"fifth {FIFTH} of the suite is taken; WSLAB_LIVE=all takes all")
    *reports, over = await run_under_pyodide(assets, wheels, fifth)
    failed = [it for it in reports if it["outcome"] == "failed"]
    assert not failed, "\n".join(f"{it['test']}\n{it['text']}" for it in failed)
    assert over == {"outcome": "over", "status": 0, "platform": "emscripten"}
    passed = [it for it in reports if it["outcome"] == "passed"]
    on_a_loop = [it["loop"] for it in passed if it["loop"]]
    assert set(on_a_loop) == {"LiveLoop"}
    assert len(passed) >= 300
    assert len(on_a_loop) >= 150


async def run_under_pyodide(
    assets: Assets, wheels: list[Path], fifth: int
) -> list[dict[str, Any]]:
    """Return what suite.py reports of a fifth; fail if it does not come to its end."""
    imported = [*wheels, *(assets.trees / it for it in BUNDLES)]
    process = await asyncio.create_subprocess_exec(
        *(*find_node().node, RUN, assets.trees / "pyodide", ROOT, SUITE),
        *(it.relative_to(ROOT) for it in imported),
        *("--", f"{fifth}/5", *FILES),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = said.decode().splitlines()
    reports = [
        json.loads(it.removeprefix("report: "))
        for it in lines
        if it.startswith("report: ")
    ]
    if not reports or reports[-1]["outcome"] != "over":
        last = reports[-1]["test"] if reports else "the start"
        pytest.fail(f"Python ended in {last}:\n{said.decode()[-3000:]}")
    return reports


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_left_out_exists(name: str):
    assert (ROOT / "tests" / name).exists()
