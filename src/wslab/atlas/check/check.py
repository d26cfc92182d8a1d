"""Checking a server against the scenarios that a specification decides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from wslab.atlas.check.given import GivenServer
from wslab.atlas.check.result import Result
from wslab.atlas.measure.column import ServerColumn
from wslab.atlas.measure.queue import measure
from wslab.atlas.scenario import Scenario
from wslab.atlas.verdict import conforms

REPEATS = 2
"""Runs of a scenario: what is demanded must hold each time."""


async def check(
    server: GivenServer, scenarios: Sequence[Scenario]
) -> AsyncIterator[Result]:
    """Play the scenarios that have a rule; yield what came of each when it is known.

    A scenario that needs an option of the server's is not played: nobody knows how
    that command says it.

    Raises:
        ExceptionGroup: Of a `ServerFailed`: it did not start, or did not answer.
    """
    judged = {it.name: it for it in scenarios if it.rule is not None}
    column = ServerColumn(server)
    async for one in measure([column], list(judged.values()), repeats=REPEATS):
        scenario = judged[one.scenario]
        outcomes = one.cell.outcomes
        failing = (it for it in outcomes if conforms(scenario, it) is False)
        worst = next(failing, one.cell.usual)
        seconds = column.took[scenario.name]
        yield Result(scenario, worst, one.cell.without, seconds)
