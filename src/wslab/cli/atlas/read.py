"""`wslab atlas show`, `list` and `diff`: what was measured."""

from __future__ import annotations

import argparse
from contextlib import suppress
from itertools import groupby

from wslab.atlas import store
from wslab.atlas.columns import COLUMNS
from wslab.atlas.diff import changes
from wslab.atlas.history.history import history_of
from wslab.atlas.row import KINDS, measured
from wslab.atlas.scenarios import SCENARIOS
from wslab.cli.atlas.names import WrongName, named


def diff(options: argparse.Namespace) -> int:
    """Print what changed between two runs; return 1 if anything did."""
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
