"""A release of uvicorn in an environment of its own, and what is measured there."""

import sys
from importlib.metadata import version
from pathlib import Path

from wslab.atlas.history.environments import Environment
from wslab.atlas.history.releases import HTTPTOOLS, UVLOOP, Release
from wslab.atlas.history.server import ReleasedServer
from wslab.atlas.measure.column import ServerColumn
from wslab.atlas.measure.queue import measure
from wslab.atlas.scenario import Options
from wslab.atlas.scenarios import SCENARIOS

HERE = Release(version("uvicorn"), "2026-11-28", version("websockets"), "is installed")


async def test_a_release_is_measured_by_the_interpreter_that_has_it():
    column = ServerColumn(ReleasedServer(HERE, Path(sys.executable)))
    chosen = [SCENARIOS["handler-returns"], SCENARIOS["sigterm-idle"]]
    found = {it.scenario: it async for it in measure([column], chosen, repeats=2)}
    assert found["handler-returns"].column == f"uvicorn {HERE.uvicorn}"
    cell = found["handler-returns"].cell
    assert cell.usual.client == ("HTTP 101", "FIN")
    assert cell.versions == HERE.versions
    assert "close 1012" in found["sigterm-idle"].cell.usual.client


def test_the_command_is_uvicorns_default_in_that_interpreter():
    server = ReleasedServer(HERE, Path("/there/bin/python"))
    command = server.command(Options(max_size=7), "module:app", 5)
    assert command[:4] == ["/there/bin/python", "-m", "uvicorn", "--fd"]
    assert command[command.index("--ws") + 1] == "auto"
    assert command[command.index("--ws-max-size") + 1] == "7"
    assert not server.concerns(SCENARIOS["framework-accept-twice"])


def test_an_environment_is_built_for_what_its_marker_says(tmp_path):
    environment = Environment(HERE, tmp_path)
    assert environment.requirements == [
        f"uvicorn=={HERE.uvicorn}",
        f"websockets=={HERE.websockets}",
        f"httptools=={HTTPTOOLS}",
        f"uvloop=={UVLOOP}",
    ]
    assert not environment.is_built
    environment.directory.mkdir()
    environment.marker.write_text(environment.purpose)
    assert environment.is_built
    newer = Release(HERE.uvicorn, HERE.date, "99.0", HERE.matters)
    assert not Environment(newer, tmp_path).is_built
    environment.remove()
    assert not environment.directory.exists()
