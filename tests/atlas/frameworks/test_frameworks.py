"""Frameworks as columns: their handlers on a real uvicorn."""

import pytest

from wslab.atlas.frameworks.table import FRAMEWORKS
from wslab.atlas.measure.column import ServerColumn
from wslab.atlas.measure.queue import measure
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.table import SERVERS
from wslab.atlas.views import matches

ASKED = [it for it in SCENARIOS.values() if it.group == "framework"]


async def cells(server, *names):
    chosen = [SCENARIOS[name] for name in names]
    found = measure([ServerColumn(server)], chosen, repeats=1)
    return {one.scenario: one.cell async for one in found}


SEEN = {
    "asgi": ("HTTP 403", "FIN", "HTTP 401"),
    "wslab": ("HTTP 404", "close 1000", None),
    "starlette": ("HTTP 403", "FIN", "HTTP 401"),
    "fastapi": ("HTTP 403", "FIN", "HTTP 401"),
    "bareasgi": ("HTTP 500", "FIN", None),
    "litestar": ("HTTP 403", "FIN", "HTTP 403"),
    "quart": ("HTTP 404", "close 1000", "HTTP 401"),
    "falcon": ("HTTP 403", "close 1000 'Normal Closure'", "HTTP 403"),
    "channels": ("HTTP 500", "open after * s", "HTTP 403"),
}
"""No route; a handler that returns after accept; the framework's HTTP error."""


@pytest.mark.parametrize("name", FRAMEWORKS)
async def test_a_framework_decides_what_the_client_sees(name):
    found = await cells(
        FRAMEWORKS[name],
        "framework-no-route",
        "framework-handler-returns",
        "framework-http-error",
    )
    status, end, error = SEEN[name]
    assert found["framework-no-route"].usual.client[0] == status
    assert matches(found["framework-handler-returns"].usual.client[1], end)
    if error is None:
        assert found["framework-http-error"].without
    else:
        assert found["framework-http-error"].usual.client[0] == error
    versions = found["framework-no-route"].versions
    assert {"uvicorn", "websockets"} <= versions.keys()


def test_what_a_framework_lacks_is_asked_for():
    """A name that is wrong in the table would hide nothing, and say nothing."""
    asked = {scenario.name for scenario in ASKED}
    for framework in FRAMEWORKS.values():
        assert {f"framework-{name}" for name in framework.lacks} <= asked


def test_a_server_is_not_asked_what_a_framework_decides():
    ours, theirs = SCENARIOS["framework-handler-returns"], SCENARIOS["handler-returns"]
    assert FRAMEWORKS["quart"].concerns(ours)
    assert not FRAMEWORKS["quart"].concerns(theirs)
    assert SERVERS["uvicorn"].concerns(theirs)
    assert not SERVERS["uvicorn"].concerns(ours)
