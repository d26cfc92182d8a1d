"""Many scenarios on many columns: each played until its cell is known."""

from __future__ import annotations

import asyncio
import datetime
import platform
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from wslab.atlas.cell import Cell, Outcome, counted
from wslab.atlas.measure.column import Column
from wslab.atlas.scenario import Scenario
from wslab.atlas.views import has_doubtful_silence

REPEATS = 5
"""Runs of a scenario; where they differ, it is measured again at the end."""

JOBS = 4
"""Columns that are measured at a time."""


FEW = 8
"""Cells that are measured again at a time, over all columns."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A cell that has been measured, and where it belongs."""

    column: str
    scenario: str
    cell: Cell


async def measure(
    columns: Sequence[Column],
    scenarios: Sequence[Scenario],
    *,
    repeats: int = REPEATS,
    jobs: int = JOBS,
) -> AsyncIterator[Measured]:
    """Measure every scenario on every column that it concerns.

    Each cell is yielded when it is known. Where the runs of one differ, or tell of a
    doubtful silence, it is put aside and measured again at the end, with few others
    beside it: a delay may be the machine's, or what another run does to the same
    server. What is seen then counts.

    Args:
        columns: What plays the scenarios.
        scenarios: The rows.
        repeats: Runs of each; at the end twice as many where they still differ.
        jobs: Columns that are measured at a time.

    Raises:
        ExceptionGroup: Of what went wrong while measuring, as a `ServerFailed`.
    """
    found: asyncio.Queue[Measured | None] = asyncio.Queue()
    slots, few = asyncio.Semaphore(jobs), asyncio.Semaphore(FEW)
    suspects: dict[Column, list[Scenario]] = {column: [] for column in columns}

    def length(column: Column) -> Callable[[Scenario], tuple[bool, float]]:
        return lambda it: (it.needs_own_process(column.name), it.patience)

    async def row(column: Column, scenario: Scenario) -> None:
        cell = await _cell(column, scenario, repeats)
        lines = cell.usual.client if cell.usual else ()
        if cell.varies or has_doubtful_silence(lines):
            suspects[column].append(scenario)
        else:
            await found.put(Measured(column.name, scenario.name, cell))

    async def rows(column: Column) -> None:
        async with slots, column, asyncio.TaskGroup() as group:
            for scenario in sorted(scenarios, key=length(column), reverse=True):
                if column.concerns(scenario):
                    group.create_task(row(column, scenario))

    async def row_again(column: Column, scenario: Scenario) -> None:
        async with few:
            cell = await _cell(column, scenario, repeats, beyond=repeats)
        await found.put(Measured(column.name, scenario.name, cell))

    async def again(column: Column) -> None:
        async with slots, column, asyncio.TaskGroup() as group:
            for scenario in suspects[column]:
                group.create_task(row_again(column, scenario))

    async def everything() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for column in columns:
                    group.create_task(rows(column))
            async with asyncio.TaskGroup() as group:
                for column in filter(suspects.get, columns):
                    group.create_task(again(column))
        finally:
            await found.put(None)

    work = asyncio.create_task(everything())
    try:
        while (measured := await found.get()) is not None:
            yield measured
        await work
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _cell(
    column: Column, scenario: Scenario, repeats: int, *, beyond: int = 0
) -> Cell:
    """Play a scenario several times, and `beyond` those again if they differ."""
    seen: list[Outcome] = []
    without = ""
    while not without and len(seen) < repeats + (0 if _agree(seen) else beyond):
        async with asyncio.TaskGroup() as group:
            runs = [
                group.create_task(column.play(scenario, f"{scenario.name}.{number}"))
                for number in range(len(seen), len(seen) + repeats)
            ]
        for run in runs:
            if isinstance(result := run.result(), Outcome):
                seen.append(result)
            else:
                without = result
    return Cell(
        outcomes=() if without else counted(seen),
        versions=column.versions(),
        python=platform.python_version(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        machine=f"{platform.system()} {platform.machine()}",
        without=without,
    )


def _agree(outcomes: Sequence[Outcome]) -> bool:
    return len({outcome.views for outcome in outcomes}) < 2
