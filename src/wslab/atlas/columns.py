"""All columns of the atlas: servers, test clients, frameworks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Protocol

from wslab.atlas.frameworks.table import FRAMEWORKS
from wslab.atlas.measure.column import Column, ServerColumn
from wslab.atlas.scenario import Scenario
from wslab.atlas.servers.fork_server import ForkServer
from wslab.atlas.servers.table import SERVERS
from wslab.atlas.testclients.column import InMemoryColumn
from wslab.atlas.testclients.table import TESTCLIENTS


class Listed(Protocol):
    """What a table says of a column."""

    @property
    def name(self) -> str:
        """As in addresses and in `measured(...).on(name)`."""

    @property
    def title(self) -> str:
        """As a table shows it."""

    @property
    def packages(self) -> tuple[str, ...]:
        """What decides its behaviour, the column's own package first."""

    def concerns(self, scenario: Scenario) -> bool:
        """Return whether the scenario's question is one for this column."""


KINDS: Mapping[str, Mapping[str, Listed]] = {
    "servers": SERVERS,
    "test clients": TESTCLIENTS,
    "frameworks": FRAMEWORKS,
}
"""The columns of each kind by their names, in the order of a table."""

COLUMNS: Mapping[str, Listed] = {
    name: listed for kind in KINDS.values() for name, listed in kind.items()
}
"""All columns by their names."""


def column(name: str, working: asyncio.Semaphore | None = None) -> Column:
    """Return a column to be measured; `working` is as `ServerColumn` has it."""
    if client := TESTCLIENTS.get(name):
        return InMemoryColumn(client)
    server = SERVERS.get(name) or FRAMEWORKS[name]
    forks = partial(ForkServer, server.program, server.preload)
    if server.http2:
        from wslab.atlas.measure.http2 import over_http2  # which needs the package h2

        return ServerColumn(server, over_http2, forks, working)
    return ServerColumn(server, launching=forks, working=working)
