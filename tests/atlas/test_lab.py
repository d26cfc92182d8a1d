"""What a chapter's server does is what the atlas says of uvicorn.

The lab runs uvicorn in a thread of the kernel, on a loop and with options of its own. A
chapter that shows a measured row beside its own cell needs the two to agree. Where the
scenario ends its server, or wants options, it is asked in a process.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from wslab.atlas import store
from wslab.atlas.columns import column
from wslab.atlas.measure.channel import Channel
from wslab.atlas.measure.run import Run
from wslab.atlas.scenario import Options
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.subject import ADDRESS, Subject
from wslab.lab import serve

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SHOWN = sorted(
    {
        name
        for path in NOTEBOOKS.glob("*.ipynb")
        for name in re.findall(r'measured\(\\"([\w-]+)\\"[,)]', path.read_text())
    }
)


class Listening(NamedTuple):
    """A server of this process in the place of one in a process of its own."""

    address: int
    server: str = "uvicorn"

    async def ends(self, _seconds):
        """It ends with the test."""
        return False


def test_chapters_show_measured_rows():
    assert SHOWN


async def in_the_lab(scenario, monkeypatch):
    async with Channel() as channel:
        monkeypatch.setenv(ADDRESS, channel.address)
        async with serve(Subject(), log_level="critical") as server:
            listening = Listening(server.port)
            return await Run(
                listening, scenario, f"{scenario.name}.0", channel
            ).perform()


async def in_a_process(scenario):
    async with column("uvicorn") as uvicorn:
        return await uvicorn.play(scenario, f"{scenario.name}.0")


@pytest.mark.parametrize("name", SHOWN)
async def test_a_row_that_a_chapter_shows_is_what_its_server_does(name, monkeypatch):
    scenario = SCENARIOS[name]
    if scenario.needs_own_process("uvicorn") or scenario.options != Options():
        outcome = await in_a_process(scenario)
    else:
        outcome = await in_the_lab(scenario, monkeypatch)
    stored = store.load(name)
    cell = stored.get("uvicorn") or stored["asgi"]  # of a question to frameworks
    assert outcome.views in [it.views for it in cell.outcomes]
