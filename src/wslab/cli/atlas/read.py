"""`wslab atlas show`, `list` and `diff`: what was measured."""

from __future__ import annotations

import argparse
from collections import Counter
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from wslab.atlas import store
from wslab.atlas.columns import COLUMNS
from wslab.atlas.diff import changes
from wslab.atlas.history.history import history_of
from wslab.atlas.row import KINDS, measured
from wslab.atlas.scenarios import SCENARIOS
from wslab.cli.atlas.names import WrongName, named

UNCOMPARED = 3
"""Exit status of a diff that found no change, where one run has cells more."""


def diff(options: argparse.Namespace) -> int:
    """Print what changed between two runs, and what only one of them has.

    Returns:
        1 if a cell changed, else `UNCOMPARED` if a cell is in one run alone, else 0.
    """
    before, after = _run_in(options.before), _run_in(options.after)
    found = 0
    for name in sorted(before.keys() & after.keys()):
        for change in changes(name, before[name], after[name]):
            found += 1
            print(change)
    alone = 0
    for directory, run, other in (
        (options.before, before, after),
        (options.after, after, before),
    ):
        scenarios = sorted(run.keys() - other.keys())
        columns = Counter(
            column
            for name in run.keys() & other.keys()
            for column in run[name].keys() - other[name].keys()
        )
        alone += columns.total() + sum(len(run[name]) for name in scenarios)
        if scenarios:
            print(f"only in {directory}: {', '.join(scenarios)}")
        if columns:
            counts = ", ".join(f"{it} ({n})" for it, n in sorted(columns.items()))
            print(f"only in {directory}, in scenarios of both: {counts}")
    uncompared = f", {alone} could not be compared" if alone else ""
    print(f"{found} cells differ{uncompared}")
    if found:
        return 1
    return UNCOMPARED if alone else 0


def _run_in(directory: Path) -> dict[str, store.Row]:
    """Return the rows of a run by their scenarios; there is at least one."""
    if not directory.is_dir():
        raise WrongName(f"{directory} is no directory")
    names = store.names(directory)
    run: dict[str, store.Row] = {name: store.load(name, directory) for name in names}
    if not run:
        raise WrongName(f"{directory} has no data of the atlas")
    return run


def show(options: argparse.Namespace) -> int:
    """Print what each server or framework does in a scenario, and uvicorn's history.

    With a column's name also the ladder of what was recorded there.
    """
    (name,) = named([options.scenario], SCENARIOS, "scenario")[:1]
    stored = store.load(name)
    kinds = [kind for kind, own in KINDS.items() if stored.keys() & own.keys()]
    row = measured(name, kinds[0])
    trace = None
    if options.server:
        (server,) = named([options.server], COLUMNS, "server")[:1]
        row = measured(
            name, next((it for it in kinds if server in KINDS[it]), kinds[0])
        )
        try:
            trace = row.on(server).trace
        except LookupError as error:
            raise WrongName(str(error)) from None
    print(row)
    with suppress(LookupError):
        print(history_of(name))
    if trace is not None:
        print()
        print(trace)
    return 0


def list_(options: argparse.Namespace) -> int:
    """Print the scenarios with their questions."""
    width = max(map(len, SCENARIOS))
    for group, scenarios in groupby(SCENARIOS.in_order(), lambda it: it.group):
        print(group)
        for scenario in scenarios:
            print(f"  {scenario.name:{width}}  {scenario.asks}")
    return 0
