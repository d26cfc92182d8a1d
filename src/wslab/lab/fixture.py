"""A pytest plugin: the fixture `traced`, servers for a test with their traces.

pytest imports this in every run of every environment that has wslab, so it imports the
rest with the first use of the fixture.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wslab.lab.servers import Servers

_SERVERS: pytest.StashKey[Servers] = pytest.StashKey()


@pytest.fixture
def traced(request: pytest.FixtureRequest) -> Generator[Any]:
    """Serve applications until the test ends: `server = traced(app)`.

    It takes the options of `wslab.lab.serve`, returns its `Server` once that accepts
    connections, and blocks until then, in a test that is a coroutine as in any other.
    If the test fails, its report has the ladder of each server, and why each
    connection ended.
    """
    try:
        from wslab.lab.servers import Servers
    except ModuleNotFoundError as missing:
        if missing.name not in ("uvicorn", "h11"):
            raise
        pytest.fail(
            "the fixture `traced` needs uvicorn, which is not installed: "
            "pip install 'wslab[lab]'",
            pytrace=False,
        )
    servers = request.node.stash[_SERVERS] = Servers()
    try:
        yield servers.start
    finally:
        servers.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the servers of a test did to the report of its failure."""
    report = yield
    servers = item.stash.get(_SERVERS, None)
    if report.failed and servers is not None and (trace := servers.report()):
        report.sections.append(("wslab trace", trace))
    return report
