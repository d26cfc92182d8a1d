"""`wslab atlas`: measure the servers, and read what was measured."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path

from wslab.atlas import store
from wslab.atlas.cell import Cell
from wslab.atlas.check.check import check
from wslab.atlas.check.given import GivenServer
from wslab.atlas.check.result import Result, Summary, read_expected
from wslab.atlas.columns import COLUMNS, column
from wslab.atlas.diff import changes
from wslab.atlas.measure.queue import measure
from wslab.atlas.row import measured
from wslab.atlas.scenario import Scenario
from wslab.atlas.scenarios import SCENARIOS
from wslab.atlas.servers.process import ServerFailed
from wslab.kernel.interrupt import cancelled_by_sigterm


class WrongName(Exception):
    """An argument that names nothing; the text says what there is."""


def run(options: argparse.Namespace) -> int:
    """Do what a subcommand of `wslab atlas` says, and return the exit status."""
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": _run,
        "diff": _diff,
        "show": _show,
        "list": _list,
        "check": _check,
    }
    try:
        return commands[options.atlas](options)
    except (WrongName, store.NoSuchData, ValueError, OSError) as error:
        print(f"wslab atlas: {error}", file=sys.stderr)
        return 2
    except ExceptionGroup as group:
        for failure in dict.fromkeys(map(str, _leaves(group))):
            print(f"wslab atlas: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; every server is stopped", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace) -> int:
    names = _named(options.server, COLUMNS, "server")
    chosen = _named(options.scenario, SCENARIOS, "scenario")
    scenarios = [SCENARIOS[name] for name in chosen]
    columns = [column(name) for name in names]
    cells = [it for each in columns for it in scenarios if each.concerns(it)]
    progress = Progress(len(cells))

    async def collect() -> dict[str, dict[str, Cell]]:
        rows: dict[str, dict[str, Cell]] = defaultdict(dict)
        found = measure(columns, scenarios, repeats=options.repeats, jobs=options.jobs)
        with cancelled_by_sigterm():
            async for one in found:
                rows[one.scenario][one.column] = one.cell
                progress.step(f"{one.column}, {one.scenario}")
        return rows

    try:
        rows = asyncio.run(collect())
    finally:
        progress.clear()
    print(f"measured in {progress.took:.0f} s", file=sys.stderr)
    return _report(scenarios, rows, options.output)


def _report(
    scenarios: Iterable[Scenario],
    rows: dict[str, dict[str, Cell]],
    output: Path | None,
) -> int:
    """Say what differs from the stored data; write the cells if told where."""
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
            store.save(name, known | rows[name], output)
    cells = [(name, it) for name, row in rows.items() for it in row.items()]
    varying = [(name, *it) for name, it in cells if it[1].varies]
    for name, where, cell in varying:
        print(f"{name} on {where} varies")
        for outcome in cell.outcomes:
            print(f"  {outcome.count} times the client saw {'; '.join(outcome.client)}")
            print(f"    and the application {'; '.join(outcome.application)}")
    told = f"{len(varying)} vary, {different} differ from the stored data"
    print(f"{len(cells)} cells: {told}")
    return 1 if different and output is None else 0


def _check(options: argparse.Namespace) -> int:
    server = GivenServer(tuple(options.command_words))
    chosen = _named(options.scenario, SCENARIOS, "scenario")
    scenarios = [SCENARIOS[name] for name in chosen if SCENARIOS[name].rule]
    expected = read_expected(options.expect, SCENARIOS) if options.expect else None
    progress = Progress(len(scenarios))

    async def collect() -> list[Result]:
        results = []
        with cancelled_by_sigterm():
            async for result in check(server, scenarios):
                results.append(result)
                progress.step(f"{server.name}, {result.scenario.name}")
        return results

    try:
        results = asyncio.run(collect())
    finally:
        progress.clear()
    results.sort(key=lambda result: chosen.index(result.scenario.name))
    summary = Summary(results, expected)
    if options.junit:
        options.junit.write_text(summary.junit(server.name), encoding="utf-8")
    print(summary.text())
    return 0 if summary.passes else 1


def _diff(options: argparse.Namespace) -> int:
    before, after = options.before, options.after
    for directory in (before, after):
        if not directory.is_dir():
            raise WrongName(f"{directory} is no directory")
    names = {*store.names(before), *store.names(after)}
    found = 0
    for name in sorted(names):
        rows = []
        for directory in (before, after):
            try:
                rows.append(store.load(name, directory))
            except store.NoSuchData:
                print(f"{name} is not in {directory}")
        if len(rows) == 2:
            for change in changes(name, *rows):
                found += 1
                print(change)
    print(f"{found} cells differ")
    return 1 if found else 0


def _show(options: argparse.Namespace) -> int:
    (name,) = _named([options.scenario], SCENARIOS, "scenario")[:1]
    row = measured(name)
    print(row)
    if options.server:
        (server,) = _named([options.server], COLUMNS, "server")[:1]
        print()
        print(row.on(server).trace)
    return 0


def _list(options: argparse.Namespace) -> int:
    width = max(map(len, SCENARIOS))
    for group, scenarios in groupby(SCENARIOS.in_order(), lambda it: it.group):
        print(group)
        for scenario in scenarios:
            print(f"  {scenario.name:{width}}  {scenario.asks}")
    return 0


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    """Yield the servers that failed; another exception is a fault of ours.

    Raises:
        ExceptionGroup: There is such another.
    """
    failed, others = group.split(ServerFailed)
    if others is not None:
        raise others
    for failure in failed.exceptions if failed else ():
        if isinstance(failure, ExceptionGroup):
            yield from _leaves(failure)
        else:
            yield failure


def _named(patterns: Sequence[str], known: Iterable[str], what: str) -> list[str]:
    """Return the names that match one of the patterns; all without a pattern."""
    names = list(known)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            listed = ", ".join(names) if len(names) < 30 else "`wslab atlas list`"
            raise WrongName(f"no {what} is called {pattern!r}; there are {listed}")
    return [
        name
        for name in names
        if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
    ]


class Progress:
    """A line on the terminal that says how far it is; elsewhere a line each minute."""

    EACH = 60.0

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._began = self._told = time.monotonic()
        self._tty = sys.stderr.isatty()

    def step(self, what: str) -> None:
        """Count a cell, and name it."""
        self._done += 1
        now = time.monotonic()
        line = f"{self._done} of {self._total} cells, {now - self._began:.0f} s"
        if self._tty:
            print(f"\r\x1b[K{line}: {what}", end="", file=sys.stderr, flush=True)
        elif now - self._told >= self.EACH:
            self._told = now
            print(line, file=sys.stderr)

    def clear(self) -> None:
        """Take the line away."""
        if self._tty:
            print("\r\x1b[K", end="", file=sys.stderr)

    @property
    def took(self) -> float:
        """The seconds since it began."""
        return time.monotonic() - self._began
