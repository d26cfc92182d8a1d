"""The atlas's scenarios in memory: uvicorn's columns are what is stored, as over TCP.

They are played on CPython's LiveLoop, the class that a page's loop is a subclass of,
with h11 for HTTP, since a page has no httptools.
"""

import asyncio
import platform
import time
from fnmatch import fnmatchcase

import pytest

from wslab.atlas import store
from wslab.atlas.acts import Terminate
from wslab.atlas.diff import changes
from wslab.atlas.measure.queue import measure
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.views import matches
from wslab.site.atlas import opening

from .atlas import LiveColumn

COLUMNS = ("uvicorn", "uvicorn-wsproto", "uvicorn-websockets")

CANNOT = {
    "sigterm-*": "a page has no process that a signal could be sent to",
    "promised-unix-socket": "the network in memory has no files, and so no such socket",
}
"""What cannot be played, as patterns of names."""

DIFFERS = {
    "header-bare-lf": "h11 takes a bare LF for the end of a line, httptools does not",
    "header-folded": "h11 joins a folded header, httptools refuses it",
    "host-missing": "h11 refuses a request without Host, httptools does not",
    "host-twice": "h11 refuses two Host headers, httptools does not",
}
"""What is another thing in a page than over TCP."""

pytestmark = [
    pytest.mark.filterwarnings("ignore::uvicorn.config.UvicornDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:websockets.legacy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:remove second argument:DeprecationWarning"),
]


@pytest.fixture
async def sleeping(monkeypatch):
    """Have `time.sleep` turn the loop, as it does in a page."""
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(
        time, "sleep", lambda seconds: loop.block(asyncio.sleep(seconds))
    )


def is_listed(scenario):
    return any(fnmatchcase(scenario.name, pattern) for pattern in CANNOT)


async def differing(column, scenarios, repeats):
    """Return what is not as it is stored, in words, by scenario."""
    found = {}
    async for one in measure([column], scenarios, repeats=repeats):
        stored = store.load(one.scenario)
        for change in changes(one.scenario, stored, {column.name: one.cell}):
            found[one.scenario] = str(change)
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("sleeping")
@pytest.mark.parametrize("name", COLUMNS)
async def test_a_scenario_is_in_memory_what_it_is_over_tcp(name):
    """One that differs is played again by itself: some tell of times."""
    column = LiveColumn(name)
    played = [
        it
        for it in SCENARIOS.values()
        if column.concerns(it)
        and not is_listed(it)
        and store.load(it.name)[name].versions == column.versions()
    ]
    if not played or platform.system() != "Linux":
        pytest.skip(f"the data are of other versions, or of another system: {name}")
    busy = [it for it in played if matches(name, it.spoils)]
    others = [it for it in played if it not in busy]
    found = await differing(column, others, 1) | await differing(column, busy, 1)
    assert DIFFERS.keys() - found.keys() == set(), "no longer differ"
    remaining = {}
    for scenario in found.keys() - DIFFERS.keys():
        remaining |= await differing(column, [SCENARIOS[scenario]], 3)
    assert not remaining, "\n".join(["", *remaining.values()])


def test_what_differs_does_not_open_in_the_playground():
    assert opening.CANNOT.keys() == DIFFERS.keys()


def test_what_cannot_be_played_needs_a_process_or_a_file():
    needing = {
        it.name
        for it in SCENARIOS.values()
        if Terminate() in it.client or it.options.unix
    }
    assert {it.name for it in SCENARIOS.values() if is_listed(it)} == needing
    for pattern in CANNOT:
        assert any(fnmatchcase(name, pattern) for name in needing), pattern
