"""What the atlas's fork server spares: scenarios that want a process for each run.

Processor time of uvicorn's column over a few of them, with processes that a shell would
start, and with processes that are forked (`wslab.atlas.servers.fork_server`).
"""

from __future__ import annotations

import asyncio
import os
from functools import partial

from ratios import Bar, alternate, report

from wslab.atlas.measure.column import ServerColumn
from wslab.atlas.measure.queue import measure
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.fork_server import ForkServer
from wslab.atlas.servers.launcher import Launching, Shell
from wslab.atlas.servers.table import SERVERS

ROUNDS = 3
UVICORN = SERVERS["uvicorn"]
ALONE = [it for it in SCENARIOS.values() if it.needs_own_process("uvicorn")]
CHOSEN = sorted(ALONE, key=lambda scenario: scenario.patience)[:2]


def measured(launching: Launching) -> float:
    """Return the processor seconds of measuring, our own and the servers'."""

    async def column() -> None:
        columns = [ServerColumn(UVICORN, launching=launching)]
        async for _ in measure(columns, CHOSEN):
            pass

    before = os.times()
    asyncio.run(column())
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def main() -> None:
    """Compare the two, and print the ratio beside its bar."""
    runs = {
        "started": partial(measured, Shell),
        "forked": partial(
            measured, partial(ForkServer, UVICORN.program, UVICORN.preload)
        ),
    }
    figures = alternate(runs, ROUNDS)
    bar = Bar("forked", "started", 0.5)
    report("Processes of a column", figures, bar.base, "s", 1, [bar])


if __name__ == "__main__":
    main()
