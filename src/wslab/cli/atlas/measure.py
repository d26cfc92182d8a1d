"""`wslab atlas run`: measure, and compare with what is stored."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from wslab.atlas import store
from wslab.atlas.cell import Cell, joined
from wslab.atlas.columns import COLUMNS, column
from wslab.atlas.diff import changes
from wslab.atlas.measure.column import WORKING
from wslab.atlas.measure.queue import JOBS, measure
from wslab.atlas.scenario import Scenario
from wslab.atlas.scenarios import SCENARIOS
from wslab.cli.atlas.names import named
from wslab.cli.atlas.progress import Progress
from wslab.kernel.interrupt import cancelled_by_sigterm


def run(options: argparse.Namespace) -> int:
    """Measure what is named, and return the exit status.

    Raises:
        ValueError: Something is to be added, but it is not said to what; or a package
            is not installed.
        OSError: The directory for the output can't be made.
    """
    if options.add and options.output is None:
        raise ValueError("--add needs --output, which says what is added to")
    names = named(options.server, COLUMNS, "server")
    chosen = named(options.scenario, SCENARIOS, "scenario")
    scenarios = [SCENARIOS[name] for name in chosen]
    _require(package for name in names for package in COLUMNS[name].packages)
    working = asyncio.Semaphore(WORKING)
    columns = [column(name, working) for name in names]
    cells = [it for each in columns for it in scenarios if each.concerns(it)]
    jobs = options.jobs or JOBS
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)  # or fail before measuring

    async def collect() -> dict[str, dict[str, Cell]]:
        rows: dict[str, dict[str, Cell]] = defaultdict(dict)
        found = measure(columns, scenarios, repeats=options.repeats, jobs=jobs)
        with cancelled_by_sigterm():
            async for one in found:
                rows[one.scenario][one.column] = one.cell
                progress.step(f"{one.column}, {one.scenario}")
        return rows

    with Progress(len(cells)) as progress:
        rows = asyncio.run(collect())
    print(f"measured in {progress.took:.0f} s", file=sys.stderr)
    return _report(scenarios, rows, options.output, adds=options.add)


def _require(packages: Iterable[str]) -> None:
    for package in packages:
        try:
            version(package)
        except PackageNotFoundError:
            extra = "pip install 'wslab[atlas]'"
            raise ValueError(f"{package} is not installed; {extra}") from None


def _report(
    scenarios: Iterable[Scenario],
    rows: dict[str, dict[str, Cell]],
    output: Path | None,
    *,
    adds: bool,
) -> int:
    """Say what differs from the stored data; write the cells if told where.

    With `adds`, beside what the cells there have of the same versions.
    """
    different = 0
    for name in (scenario.name for scenario in scenarios):
        try:
            stored = store.load(name)
        except store.NoSuchData:
            stored = {}
        for change in changes(name, stored, rows[name]):
            different += 1
            print(change)
        if output is not None and rows[name]:
            try:
                known = store.load(name, output)
            except store.NoSuchData:
                known = {}
            row = rows[name]
            if adds:
                row = {
                    it: joined(known.get(it, cell), cell) for it, cell in row.items()
                }
            store.save(name, known | row, output)
    cells = [(name, it) for name, row in rows.items() for it in row.items()]
    varying = [(name, *it) for name, it in cells if it[1].varies]
    for name, where, cell in varying:
        print(f"{name} on {where} varies")
        for outcome in cell.outcomes:
            print(f"  {outcome.count} times the client saw {'; '.join(outcome.client)}")
            print(f"    and the application {'; '.join(outcome.application)}")
    told = f"{len(varying)} vary, {different} differ from the stored data"
    print(f"{len(cells)} cell{'' if len(cells) == 1 else 's'}: {told}")
    return 1 if different and output is None else 0
