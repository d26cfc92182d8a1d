"""`wslab atlas history`: measure earlier releases of uvicorn."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from wslab.atlas.cell import Cell
from wslab.atlas.diff import changes
from wslab.atlas.history import records
from wslab.atlas.history.environments import Environment
from wslab.atlas.history.history import History
from wslab.atlas.history.releases import RELEASES
from wslab.atlas.history.server import ReleasedServer
from wslab.atlas.measure.column import ServerColumn
from wslab.atlas.measure.queue import JOBS, measure
from wslab.atlas.scenario import Scenario
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.store import NoSuchData
from wslab.cli.atlas.names import named
from wslab.cli.atlas.progress import Progress
from wslab.kernel.interrupt import cancelled_by_sigterm

Found = Mapping[str, records.Cells]
"""Cells by scenario and release."""


def run(options: argparse.Namespace) -> int:
    """Build what environments are missing, measure, and return the exit status."""
    chosen = named(options.release, [it.uvicorn for it in RELEASES], "release")
    environments = [
        Environment(release, options.environments)
        for release in RELEASES
        if release.uvicorn in chosen
    ]
    scenarios = [
        SCENARIOS[name] for name in named(options.scenario, SCENARIOS, "scenario")
    ]

    known = _stored(options.output) if options.output else {}

    async def collect() -> Found:
        with cancelled_by_sigterm():
            await _build([it for it in environments if not it.is_built])
            return await _measure(environments, scenarios, options)

    found = asyncio.run(collect())
    different = _report(found)
    if options.output:
        history = records.merged(known, found)
        records.save(history, [it.uvicorn for it in RELEASES], options.output)
        return 0
    return 1 if different else 0


async def _build(environments: Sequence[Environment]) -> None:
    with Progress(len(environments), "environments") as progress:
        for environment in environments:
            await environment.build()
            progress.step(f"uvicorn {environment.release.uvicorn}")


async def _measure(
    environments: Sequence[Environment],
    scenarios: Sequence[Scenario],
    options: argparse.Namespace,
) -> Found:
    servers = [ReleasedServer(it.release, it.python) for it in environments]
    releases = {server.name: server.release.uvicorn for server in servers}
    columns = [ServerColumn(server) for server in servers]
    concerned = [it for it in scenarios if all(s.concerns(it) for s in servers)]
    found: dict[str, dict[str, Cell]] = defaultdict(dict)
    jobs = options.jobs or JOBS
    cells = measure(columns, concerned, repeats=options.repeats, jobs=jobs)
    with Progress(len(columns) * len(concerned)) as progress:
        async for one in cells:
            found[one.scenario][releases[one.column]] = one.cell
            progress.step(f"{one.column}, {one.scenario}")
    print(f"measured in {progress.took:.0f} s", file=sys.stderr)
    return found


def _report(found: Found) -> int:
    """Say what differs from the stored history, and return how many cells do."""
    stored = _stored(records.DATA)
    different = 0
    for name, cells in found.items():
        for change in changes(name, _titled(stored.get(name, {})), _titled(cells)):
            different += 1
            print(change)
    for name, cells in found.items():
        for _, after in History(name, _in_order(cells)).changes:
            print(f"{name} changes with {after.since}")
    total = sum(map(len, found.values()))
    print(f"{total} cells: {different} differ from the stored history")
    return different


def _stored(path: Path) -> Found:
    """Return a file's history; one that isn't there yet is empty."""
    try:
        return records.load(path)
    except NoSuchData:
        return {}


def _titled(cells: records.Cells) -> dict[str, Cell]:
    return {f"uvicorn {release}": cell for release, cell in cells.items()}


def _in_order(cells: records.Cells) -> dict[str, Cell]:
    names = [it.uvicorn for it in RELEASES]
    return {name: cells[name] for name in names if name in cells}
