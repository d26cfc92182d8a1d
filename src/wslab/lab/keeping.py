"""What cells started: it ends with the cell's next run, or with the kernel."""

from __future__ import annotations

import asyncio
import atexit
import warnings
from typing import Protocol

from wslab.kernel.cell import running_cell


class Started(Protocol):
    """A server or a program that runs until it is stopped."""

    @property
    def running(self) -> bool:
        """Whether there is something to stop."""

    async def stop(self) -> None:
        """End it, and leave nothing behind."""

    def stop_now(self) -> None:
        """End it as `stop` does, but block meanwhile and raise nothing."""


_of_cells: dict[str, tuple[str, list[Started]]] = {}
"""For each cell its latest execution, and what was started in that."""

_running: set[Started] = set()


async def stop_earlier_execution() -> None:
    """Stop what the running cell started when it was run before."""
    cell = running_cell()
    if cell and cell.key in _of_cells and _of_cells[cell.key][0] != cell.execution:
        _, things = _of_cells.pop(cell.key)
        stops = (thing.stop() for thing in things)
        for failure in await asyncio.gather(*stops, return_exceptions=True):
            if failure:
                warnings.warn(f"an earlier run of this cell: {failure}", stacklevel=4)


def keep(thing: Started) -> None:
    """Stop a thing with the running cell's next run, or when the process ends."""
    _running.difference_update([each for each in _running if not each.running])
    _running.add(thing)
    if cell := running_cell():
        _of_cells.setdefault(cell.key, (cell.execution, []))[1].append(thing)


def kept() -> list[Started]:
    """Return what was started and may still run."""
    return list(_running)


@atexit.register
def _stop_all() -> None:
    for thing in kept():
        thing.stop_now()
